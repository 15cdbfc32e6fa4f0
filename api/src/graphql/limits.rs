//! How large a document may be, checked before anything walks through it.
//!
//! The engine limits depth and cost, but it reaches both by expanding fragments, and a short document can expand to
//! billions of fields. So a document is first measured here in time proportional to its length: its tokens before it is
//! parsed; then its aliases, the fields at its root, the directives on a field, and the fields there would be with every
//! fragment expanded. The last must not exceed the cost limit, since every field costs at least one.
//!
//! A front end sends the same few documents again and again: those that have passed are kept, parsed.

use std::{collections::HashMap, fmt, sync::Arc};

use async_graphql::{
    ErrorExtensionValues, Name, Pos, Positioned, Request, ServerError, ServerResult,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};
use quick_cache::sync::Cache;

use crate::{config::LimitsConfig, failure::RequestCode};

/// How many documents are kept.
const KEPT: usize = 500;

/// Bytes of the longest document that is kept.
const LONGEST_KEPT: usize = 16 * 1024;

/// The limits. The endpoint checks every document with them before the engine sees it.
pub struct Limits {
    config: LimitsConfig,
    passed: Cache<String, Arc<ExecutableDocument>>,
}

impl Limits {
    /// Takes the limits from the configuration.
    pub fn new(config: &LimitsConfig) -> Self {
        Self {
            config: config.clone(),
            passed: Cache::new(KEPT),
        }
    }

    /// Parses the request's document and measures it. The request keeps the parsed document.
    ///
    /// # Errors
    /// `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED` for fragments that contain themselves, or `QUERY_TOO_COMPLEX`.
    pub fn check(&self, request: &mut Request) -> ServerResult<()> {
        if let Some(document) = self.passed.get(&request.query) {
            request.set_parsed_query(ExecutableDocument::clone(&document));
            return Ok(());
        }
        self.measure(request)?;
        if request.query.len() <= LONGEST_KEPT {
            let document = Arc::new(request.parsed_query()?.clone());
            self.passed.insert(request.query.clone(), document);
        }
        Ok(())
    }

    fn measure(&self, request: &mut Request) -> ServerResult<()> {
        let limits = &self.config;
        within("tokens", count_tokens(&request.query), limits.tokens, None)?;
        let document = request
            .parsed_query()
            .map_err(|error| with_code(error, RequestCode::GraphqlParseFailed))?;
        let mut measure = Measure {
            document,
            limits,
            aliases: 0,
            fragments: HashMap::new(),
        };
        for (_, operation) in document.operations.iter() {
            let size = measure.selections(&operation.node.selection_set)?;
            within("fields at the root", size.root, limits.root_fields, Some(operation.pos))?;
            within(
                "fields with fragments expanded",
                size.all,
                limits.complexity,
                Some(operation.pos),
            )?;
        }
        within("aliases", measure.aliases, limits.aliases, None)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Limits").field(&self.config).finish()
    }
}

/// Gives an error of the engine's own limits its code; the engine tells them apart by their text only.
pub fn mark_limit(error: ServerError) -> ServerError {
    let is_limit = matches!(
        error.message.as_str(),
        "Query is too complex." | "Query is nested too deep."
    ) || error.message.starts_with("The recursion depth of the query");
    if is_limit {
        with_code(error, RequestCode::QueryTooComplex)
    } else {
        error
    }
}

/// Gives an error a code, unless it has one.
pub fn with_code(mut error: ServerError, code: RequestCode) -> ServerError {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code.as_str());
    }
    error
}

/// How much a selection set holds.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Fields at its top, fragments expanded.
    root: usize,
    /// Fields in all, fragments expanded.
    all: usize,
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    limits: &'a LimitsConfig,
    aliases: usize,
    /// The sizes of fragments met so far; nothing while one is being measured, so that a cycle is seen.
    fragments: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Measure<'a> {
    fn selections(&mut self, set: &'a Positioned<SelectionSet>) -> ServerResult<Size> {
        let mut size = Size::default();
        for item in &set.node.items {
            within(
                "directives on a field",
                item.node.directives().len(),
                self.limits.directives,
                Some(item.pos),
            )?;
            let inner = match &item.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    let below = self.selections(&field.node.selection_set)?;
                    Size {
                        root: 1,
                        all: below.all.saturating_add(1),
                    }
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.node.selection_set)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, item.pos)?,
            };
            size.root = size.root.saturating_add(inner.root);
            size.all = size.all.saturating_add(inner.all);
        }
        Ok(size)
    }

    /// A fragment that does not exist is left to the validation, which names it.
    fn fragment(&mut self, name: &Name, pos: Pos) -> ServerResult<Size> {
        let Some((name, fragment)): Option<(&'a Name, &'a Positioned<FragmentDefinition>)> =
            self.document.fragments.get_key_value(name)
        else {
            return Ok(Size::default());
        };
        match self.fragments.get(name) {
            Some(Some(size)) => Ok(*size),
            Some(None) => {
                let error = ServerError::new(format!("The fragment `{name}` contains itself."), Some(pos));
                Err(with_code(error, RequestCode::GraphqlValidationFailed))
            }
            None => {
                self.fragments.insert(name, None);
                let size = self.selections(&fragment.node.selection_set)?;
                self.fragments.insert(name, Some(size));
                Ok(size)
            }
        }
    }
}

fn within(what: &str, count: usize, limit: usize, pos: Option<Pos>) -> ServerResult<()> {
    if count <= limit {
        return Ok(());
    }
    let message = format!("The query has {count} {what}; at most {limit} are allowed.");
    Err(with_code(ServerError::new(message, pos), RequestCode::QueryTooComplex))
}

/// Counts the words and punctuators of a document, without building any. Strings and comments count as one and none.
fn count_tokens(document: &str) -> usize {
    let mut count = 0;
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            ',' | '\u{feff}' => first.len_utf8(),
            _ if first.is_whitespace() => first.len_utf8(),
            _ => {
                count += 1;
                token_length(rest, first)
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    count
}

/// The bytes of the token that `rest` begins with.
fn token_length(rest: &str, first: char) -> usize {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    if let Some(block) = rest.strip_prefix("\"\"\"") {
        return block.find("\"\"\"").map_or(rest.len(), |end| end + 6);
    }
    match first {
        '"' => {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |(index, _)| index + 1)
        }
        '.' => rest.len() - rest.trim_start_matches('.').len(),
        _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn code(document: &str) -> Option<String> {
        let error = Limits::new(&Config::defaults().unwrap().limits)
            .check(&mut Request::new(document))
            .err()?;
        let code = error.extensions.unwrap().get("code").cloned().unwrap();
        Some(code.to_string().trim_matches('"').to_owned())
    }

    #[test]
    fn tokens_are_counted() {
        assert_eq!(count_tokens(""), 0);
        assert_eq!(count_tokens("query Q($id: ID!) { node(id: $id) { ...F } } # x y z"), 22);
        assert_eq!(
            count_tokens(r#"{ a(b: "x \" { } y", c: """ " { """, d: -1.5e+3) }"#),
            14
        );
        assert_eq!(count_tokens("\"never closed { a b c"), 1);
    }

    #[test]
    fn a_document_that_has_passed_is_kept_and_one_that_has_not_is_refused_again() {
        let limits = Limits::new(&Config::defaults().unwrap().limits);
        let check = |document: &str| {
            let mut request = Request::new(document);
            limits
                .check(&mut request)
                .map(|()| request.parsed_query().unwrap().operations.iter().count())
        };
        for _ in 0..2 {
            assert_eq!(
                check("query A { viewer { subject } } query B { viewer { subject } }"),
                Ok(2)
            );
            assert!(check("{ viewer ").is_err());
        }
        assert!(check(&format!("{{ viewer }} #{}", "x".repeat(LONGEST_KEPT))).is_ok());
        assert_eq!(limits.passed.len(), 1);
    }

    #[test]
    fn an_ordinary_document_passes() {
        assert_eq!(
            code("query { viewer { ...V } } fragment V on Viewer { subject provider { name } }"),
            None
        );
    }

    #[test]
    fn aliases_root_fields_tokens_and_directives_are_limited() {
        let aliases = (0..31).map(|i| format!("a{i}: name ")).collect::<String>();
        assert_eq!(
            code(&format!("{{ viewer {{ {aliases} }} }}")).as_deref(),
            Some("QUERY_TOO_COMPLEX")
        );
        assert_eq!(
            code(&format!("{{ {} }}", "viewer ".repeat(21))).as_deref(),
            Some("QUERY_TOO_COMPLEX")
        );
        let spread = format!("{{ ...R ...R }} fragment R on Query {{ {} }}", "viewer ".repeat(11));
        assert_eq!(code(&spread).as_deref(), Some("QUERY_TOO_COMPLEX"));
        assert_eq!(
            code(&format!("{{ viewer {{ {} }} }}", "x ".repeat(4_000))).as_deref(),
            Some("QUERY_TOO_COMPLEX")
        );
        assert_eq!(
            code(&format!("{{ viewer {} }}", "@include(if: true) ".repeat(6))).as_deref(),
            Some("QUERY_TOO_COMPLEX")
        );
    }

    #[test]
    fn a_short_document_that_expands_to_billions_of_fields_is_refused_at_once() {
        let mut document = String::from("{ node { ...F0 } } ");
        for i in 0..30 {
            document.push_str(&format!("fragment F{i} on Node {{ ...F{0} ...F{0} }} ", i + 1));
        }
        document.push_str("fragment F30 on Node { id }");
        assert_eq!(code(&document).as_deref(), Some("QUERY_TOO_COMPLEX"));
    }

    #[test]
    fn fragments_that_contain_themselves_are_refused_before_they_are_followed() {
        assert_eq!(
            code("{ ...A } fragment A on Query { ...A ...A }").as_deref(),
            Some("GRAPHQL_VALIDATION_FAILED")
        );
        let two = "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }";
        assert_eq!(code(two).as_deref(), Some("GRAPHQL_VALIDATION_FAILED"));
    }

    #[test]
    fn a_syntax_error_has_its_own_code() {
        assert_eq!(code("{ viewer ").as_deref(), Some("GRAPHQL_PARSE_FAILED"));
        assert_eq!(code(&"{a".repeat(1_900)).as_deref(), Some("GRAPHQL_PARSE_FAILED"));
    }
}
