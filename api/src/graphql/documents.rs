//! Documents that the operator has stored: a front end names one by its id instead of sending it, and where only these are
//! trusted, nobody gets any other answered.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_graphql::{Request, ServerError, ServerResult, parser::parse_query};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::limits::with_code;
use crate::{
    config::{ConfigError, ServerConfig},
    failure::RequestCode,
};

/// What an id may begin with: the GraphQL over HTTP specification puts the name of the hash before it.
const PREFIX: &str = "sha256:";

/// The stored documents.
#[derive(Debug, Default)]
pub struct Documents {
    by_id: HashMap<String, String>,
    /// The hashes of the texts, when no other text is trusted.
    trusted: Option<HashSet<[u8; 32]>>,
}

/// The two forms that tools write.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    /// That of Apollo: a list of operations, each with its id and body.
    Manifest { operations: Vec<Operation> },
    /// That of Relay and GraphQL Code Generator: an object from ids to documents.
    Map(BTreeMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Documents {
    /// Reads the file that the configuration names; without one there are no stored documents.
    ///
    /// # Errors
    /// The file cannot be read or holds something else, or only its documents are trusted and there is none.
    pub fn load(config: &ServerConfig) -> Result<Self, ConfigError> {
        let refuse =
            |rule: String| ConfigError::value("PSA_SERVER_DOCUMENTS_FILE", rule, "/etc/psa-bridge/documents.json");
        let Some(file) = &config.documents_file else {
            return if config.documents_only {
                Err(refuse(
                    "must name the file of the documents, because PSA_SERVER_DOCUMENTS_ONLY is true".to_owned(),
                ))
            } else {
                Ok(Self::default())
            };
        };
        let text = std::fs::read_to_string(file)
            .map_err(|error| refuse(format!("must name a readable file ({}: {error})", file.display())))?;
        Self::parse(&text, config.documents_only).map_err(|rule| refuse(format!("{rule} ({})", file.display())))
    }

    fn parse(text: &str, only: bool) -> Result<Self, String> {
        let stored: Stored = serde_json::from_str(text).map_err(|_| {
            "must name a JSON file: an object from ids to documents, or a list `operations` of objects with `id` and `body`"
                .to_owned()
        })?;
        let by_id: HashMap<String, String> = match stored {
            Stored::Map(documents) => documents.into_iter().collect(),
            Stored::Manifest { operations } => operations.into_iter().map(|found| (found.id, found.body)).collect(),
        };
        if let Some((id, error)) = by_id.iter().find_map(|(id, text)| Some((id, parse_query(text).err()?))) {
            return Err(format!("holds a document `{id}` that is no GraphQL: {error}"));
        }
        let trusted = only.then(|| by_id.values().map(|text| hash(text)).collect());
        let by_id = by_id
            .into_iter()
            .map(|(id, text)| (bare(&id).to_owned(), text))
            .collect();
        Ok(Self { by_id, trusted })
    }

    /// Gives the request the document that it names in place of one of its own, and checks that it is trusted.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND`: there is no document of this id. `DOCUMENT_NOT_TRUSTED`: only stored ones are answered.
    pub fn resolve(&self, request: &mut Request, id: Option<&str>) -> ServerResult<()> {
        if let Some(id) = id {
            let text = self.by_id.get(bare(id)).ok_or_else(|| {
                // Clients of Apollo know this text, and send the document itself.
                let error = ServerError::new("PersistedQueryNotFound", None);
                with_code(error, RequestCode::PersistedQueryNotFound)
            })?;
            request.query.clone_from(text);
        } else if self
            .trusted
            .as_ref()
            .is_some_and(|trusted| !trusted.contains(&hash(&request.query)))
        {
            let message = "Only the documents that the operator of this server has stored are answered.";
            return Err(with_code(
                ServerError::new(message, None),
                RequestCode::DocumentNotTrusted,
            ));
        }
        Ok(())
    }
}

fn bare(id: &str) -> &str {
    id.strip_prefix(PREFIX).unwrap_or(id)
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"{ "aa01": "query A { a }", "sha256:bb02": "query B { b }" }"#;

    fn resolve(documents: &Documents, query: &str, id: Option<&str>) -> Result<String, String> {
        let mut request = Request::new(query);
        match documents.resolve(&mut request, id) {
            Ok(()) => Ok(request.query),
            Err(error) => Err(error.extensions.unwrap().get("code").unwrap().to_string()),
        }
    }

    #[test]
    fn a_document_is_found_by_its_id_with_or_without_the_name_of_the_hash() {
        let documents = Documents::parse(MAP, false).unwrap();
        for (id, text) in [
            ("aa01", "query A { a }"),
            ("sha256:aa01", "query A { a }"),
            ("bb02", "query B { b }"),
        ] {
            assert_eq!(resolve(&documents, "", Some(id)).as_deref(), Ok(text));
        }
        assert_eq!(
            resolve(&documents, "", Some("cc03")).unwrap_err(),
            "\"PERSISTED_QUERY_NOT_FOUND\""
        );
        assert_eq!(resolve(&documents, "{ any }", None).as_deref(), Ok("{ any }"));
    }

    #[test]
    fn where_only_stored_documents_are_trusted_their_texts_are_too() {
        let manifest = r#"{ "format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{ "id": "aa01", "name": "A", "type": "query", "body": "query A { a }" }] }"#;
        let documents = Documents::parse(manifest, true).unwrap();
        assert!(resolve(&documents, "", Some("aa01")).is_ok());
        assert!(resolve(&documents, "query A { a }", None).is_ok());
        assert_eq!(
            resolve(&documents, "query A { a b }", None).unwrap_err(),
            "\"DOCUMENT_NOT_TRUSTED\""
        );
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused() {
        for (text, says) in [
            ("[]", "must name a JSON file"),
            ("{ \"a\": 1 }", "must name a JSON file"),
            ("{ \"a\": \"{ b\" }", "holds a document `a` that is no GraphQL"),
        ] {
            let error = Documents::parse(text, false).unwrap_err();
            assert!(error.starts_with(says), "{error}");
        }
        let mut config = crate::config::Config::defaults().unwrap().server;
        config.documents_only = true;
        let error = Documents::load(&config).unwrap_err().to_string();
        assert!(
            error.starts_with("PSA_SERVER_DOCUMENTS_FILE must name the file"),
            "{error}"
        );
    }
}
