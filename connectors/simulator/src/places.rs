//! Streets, towns and telephone numbers.

use crate::random::Random;
use crate::random::cycle;

/// Where a company is, and how it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) street: String,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) zip: String,
    pub(crate) phone: String,
    /// What the company calls the site.
    pub(crate) site: String,
}

/// City, state, zip code of its centre, area code. The first companies are spread over the first eight.
const CITIES: [(&str, &str, &str, u32); 24] = [
    ("Tampa", "FL", "33602", 813),
    ("Columbus", "OH", "43215", 614),
    ("Portland", "OR", "97204", 503),
    ("Austin", "TX", "78701", 512),
    ("Raleigh", "NC", "27601", 919),
    ("Denver", "CO", "80202", 303),
    ("Madison", "WI", "53703", 608),
    ("Boise", "ID", "83702", 208),
    ("Omaha", "NE", "68102", 402),
    ("Tucson", "AZ", "85701", 520),
    ("Richmond", "VA", "23219", 804),
    ("Spokane", "WA", "99201", 509),
    ("Rochester", "NY", "14604", 585),
    ("Savannah", "GA", "31401", 912),
    ("Des Moines", "IA", "50309", 515),
    ("Albuquerque", "NM", "87102", 505),
    ("Providence", "RI", "02903", 401),
    ("Knoxville", "TN", "37902", 865),
    ("Fort Wayne", "IN", "46802", 260),
    ("Baton Rouge", "LA", "70801", 225),
    ("Sacramento", "CA", "95814", 916),
    ("Lansing", "MI", "48933", 517),
    ("Tulsa", "OK", "74103", 918),
    ("Charleston", "SC", "29401", 843),
];
const FIRST_CITIES: usize = 8;
const STREETS: [&str; 16] = [
    "Main Street",
    "Oak Avenue",
    "Market Street",
    "Commerce Drive",
    "Park Road",
    "Mill Lane",
    "Second Street",
    "Industrial Parkway",
    "College Avenue",
    "Washington Boulevard",
    "Depot Street",
    "Harbor Drive",
    "Elm Street",
    "Airport Road",
    "Lincoln Way",
    "Foundry Court",
];

const FIRST_STREETS: usize = 6;

/// The place at an index, the same for every seed.
pub(crate) fn fixed(index: usize) -> Place {
    let (city, state, zip, _) = cycle(CITIES.get(..FIRST_CITIES).unwrap_or_default(), index);
    let street = cycle(STREETS.get(..FIRST_STREETS).unwrap_or_default(), index);
    Place {
        street: format!("{} {street}", 100 + index % 900),
        city,
        state,
        zip: zip.to_owned(),
        phone: fixed_phone(index),
        site: "Main".to_owned(),
    }
}

/// The telephone number at an index, the same for every seed.
pub(crate) fn fixed_phone(index: usize) -> String {
    format!("555{:07}", 1_000_000 + index % 9_000_000)
}

/// Some place.
pub(crate) fn somewhere(random: &mut Random) -> Place {
    let (city, state, zip, area) = random.pick(&CITIES);
    let number = random.within((1, 9899));
    let street = format!("{number} {}", random.pick(&STREETS));
    let site = match random.below(10) {
        0..=5 => "Main".to_owned(),
        6 | 7 => "Headquarters".to_owned(),
        _ => format!("{city} Office"),
    };
    Place {
        street,
        city,
        state,
        zip: format!("{}{:02}", zip.get(..3).unwrap_or(zip), random.within((1, 99))),
        phone: phone_in(&area.to_string(), random),
        site,
    }
}

/// Another telephone number of the same area.
pub(crate) fn phone_near(phone: &str, random: &mut Random) -> String {
    phone_in(phone.get(..3).unwrap_or(phone), random)
}

/// The name of some city.
pub(crate) fn city(random: &mut Random) -> &'static str {
    random.pick(&CITIES).0
}

/// 555 is the exchange that is kept for numbers that nobody has.
fn phone_in(area: &str, random: &mut Random) -> String {
    format!("{area}555{:04}", random.below(10_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip_codes_and_telephone_numbers_have_their_digits() {
        let mut random = Random::new(1);
        for _ in 0..500 {
            let place = somewhere(&mut random);
            assert_eq!((place.zip.len(), place.phone.len()), (5, 10), "{place:?}");
            assert!(
                place
                    .zip
                    .bytes()
                    .chain(place.phone.bytes())
                    .all(|byte| byte.is_ascii_digit())
            );
        }
        assert_eq!(fixed(0).street, "100 Main Street");
        assert_eq!(fixed(7).city, "Boise");
    }
}
