//! The codebase in the path: which names are routed, and what the others are answered with.

use serde::{Deserialize, Deserializer, Serialize};

use crate::answer::Answer;
use crate::connectwise::errors::ApiError;

/// The alias that servers route to their current codebase.
const ALIAS: &str = "v4_6_release";

/// What the site's server routes. Cloud servers get a new codebase about every quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Codebase {
    /// The name in paths and in company info, such as `v2025_2`: letters, digits and underscores.
    #[serde(rename = "codebase", deserialize_with = "name")]
    pub name: String,
    /// Whether `v4_6_release` is routed too. Default `true`.
    #[serde(default = "routed")]
    pub alias: bool,
    /// What paths of other codebases are answered with. Default [`OtherCodebase::CannotRoute`].
    #[serde(default)]
    pub others: OtherCodebase,
}

/// The answer to a path of a codebase that the server does not run. Real servers have given both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OtherCodebase {
    /// 400, the plain text of a failed routing.
    #[default]
    CannotRoute,
    /// 404, `The endpoint does not exist.`
    NotFound,
}

impl Default for Codebase {
    fn default() -> Self {
        Self::new("v2025_1")
    }
}

impl Codebase {
    /// A codebase beside which the alias is routed.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            alias: true,
            others: OtherCodebase::CannotRoute,
        }
    }

    /// The version as company info writes it: `v2025.2`.
    pub(crate) fn version(&self) -> String {
        self.name.replace('_', ".")
    }

    /// The part of a path after `…/apis/3.0/`, or the refusal.
    pub(crate) fn endpoint_path<'a>(&self, segments: &'a [&'a str]) -> Result<&'a [&'a str], Answer> {
        let [codebase, apis, version, rest @ ..] = segments else {
            return Err(cannot_route());
        };
        if !self.routes(codebase) {
            return Err(match self.others {
                OtherCodebase::CannotRoute => cannot_route(),
                OtherCodebase::NotFound => ApiError::no_route().into_answer(),
            });
        }
        let doubled = matches!(rest, [again, ..] if again.eq_ignore_ascii_case("apis"));
        if apis.eq_ignore_ascii_case("apis") && *version == "3.0" && !doubled {
            Ok(rest)
        } else {
            Err(cannot_route())
        }
    }

    /// Whether a path that starts with this name is served.
    pub(crate) fn routes(&self, codebase: &str) -> bool {
        codebase.eq_ignore_ascii_case(&self.name) || self.alias && codebase.eq_ignore_ascii_case(ALIAS)
    }
}

/// The plain-text 400 for what no server can be found for.
pub(crate) fn cannot_route() -> Answer {
    Answer::text(400, "Cannot route. Codebase/company is invalid")
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && !name.is_empty() {
        Ok(name)
    } else {
        Err(serde::de::Error::custom(
            "a codebase is letters, digits and underscores, such as v2025_2",
        ))
    }
}

const fn routed() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of segments after the version, or the status of the refusal.
    fn rest(codebase: &Codebase, path: &str) -> Result<usize, u16> {
        let segments: Vec<&str> = path.split('/').collect();
        let found = codebase.endpoint_path(&segments);
        found.map(<[&str]>::len).map_err(|answer| answer.status)
    }

    #[test]
    fn the_codebase_is_the_current_one_or_the_alias() {
        let codebase = Codebase::default();
        assert_eq!(rest(&codebase, "v4_6_release/apis/3.0/system/info"), Ok(2));
        assert_eq!(rest(&codebase, "V2025_1/apis/3.0/company/companies/count"), Ok(3));
        assert_eq!(rest(&codebase, "v2024_1/apis/3.0/system/info"), Err(400));
        assert_eq!(rest(&codebase, "v2025_1/apis/3.0/apis/3.0/system/info"), Err(400));
        assert_eq!(rest(&codebase, "v2025_1/system"), Err(400));
    }

    #[test]
    fn after_an_upgrade_the_old_name_is_one_of_the_others() {
        let mut codebase = Codebase::new("v2025_2");
        assert_eq!(rest(&codebase, "v4_6_release/apis/3.0/system/info"), Ok(2));
        codebase.alias = false;
        codebase.others = OtherCodebase::NotFound;
        for old in ["v2025_1", "v4_6_release"] {
            assert_eq!(rest(&codebase, &format!("{old}/apis/3.0/system/info")), Err(404));
        }
        assert_eq!(rest(&codebase, "v2025_2/apis/3.0/system/info"), Ok(2));
        assert_eq!(codebase.version(), "v2025.2");
    }

    #[test]
    fn a_name_that_is_no_segment_is_refused() {
        assert!(serde_json::from_str::<Codebase>(r#"{"codebase":"a/b"}"#).is_err());
        assert!(serde_json::from_str::<Codebase>(r#"{"codebase":""}"#).is_err());
        let read: Codebase = serde_json::from_str(r#"{"codebase":"v2025_2"}"#).expect("a name is enough");
        assert_eq!(read, Codebase::new("v2025_2"));
    }
}
