//! Zones: where a tenant lives, and what is at an address.

use serde_json::json;

use crate::answer::Answer;
use crate::autotask::refusal::Refusal;
use crate::autotask::site::Site;
use crate::call::Call;

/// The folder of the API in every zone's address.
const ROOT: &str = "ATServicesRest";
/// What stands before the entities in every path.
pub(crate) const VERSION_PART: &str = "/v1.0/";

/// The address of the zone that serves the tenant, with a slash at the end and capitals, as the vendor writes it.
pub(crate) fn base(site: &Site) -> String {
    match site.zone() {
        0 => format!("{}/{ROOT}/", site.shell.base_url),
        zone => format!("{}/zone{zone}/{ROOT}/", site.shell.base_url),
    }
}

/// A path split at its zone: the zone's number and what follows the API's folder; `None` outside of the API.
pub(crate) fn split<'a, 'p>(segments: &'a [&'p str]) -> Option<(u32, &'a [&'p str])> {
    let (zone, rest) = match segments {
        [first, rest @ ..] if first.eq_ignore_ascii_case(ROOT) => return Some((0, rest)),
        [zone, root, rest @ ..] if root.eq_ignore_ascii_case(ROOT) => (zone, rest),
        _ => return None,
    };
    let number = zone.to_ascii_lowercase();
    Some((number.strip_prefix("zone")?.parse().ok()?, rest))
}

/// Tells a user's zone to anybody who asks.
pub(crate) fn information(site: &Site, call: &Call) -> Result<Answer, Refusal> {
    let asked = call.query.get("user").unwrap_or_default();
    if !asked.eq_ignore_ascii_case(&site.keys().user_name) {
        return Err(Refusal::error("Zone information could not be determined"));
    }
    let zone = site.zone() + 1;
    let body = json!({
        "zoneName": format!("Simulated zone {zone}"),
        "url": base(site),
        "webUrl": format!("{}/", site.shell.base_url),
        "ci": zone,
    });
    Ok(Answer::json(200, &body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_stands_before_the_folder_and_capitals_do_not_count() {
        assert_eq!(split(&["atservicesrest", "v1.0"]), Some((0, ["v1.0"].as_slice())));
        assert_eq!(split(&["Zone2", "ATSERVICESREST"]), Some((2, [].as_slice())));
        assert_eq!(split(&["elsewhere", "atservicesrest"]), None);
        assert_eq!(split(&["v1.0"]), None);
    }
}
