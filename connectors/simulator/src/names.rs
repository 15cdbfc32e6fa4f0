//! Word lists, and the names made of them.

use std::collections::HashSet;

use crate::random::Random;
use crate::random::cycle;

/// The companies that every data set begins with: name and identifier.
pub(crate) const FIRST_COMPANIES: [(&str, &str); 12] = [
    ("Contoso Dental Group, LLC", "ContosoDental"),
    ("Fabrikam Logistics Inc.", "Fabrikam"),
    ("Northwind Traders Ltd", "Northwind"),
    ("Adventure Works Cycles", "AdventureWorks"),
    ("Litware Legal LLP", "LitwareLegal"),
    ("Tailspin Toys GmbH", "TailspinToys"),
    ("Wingtip Accounting", "WingtipAcct"),
    ("Proseware Architects", "Proseware"),
    ("Coho Vineyard & Winery", "CohoVineyard"),
    ("Blue Yonder Airlines", "BlueYonder"),
    ("Lucerne Publishing SA", "Lucerne"),
    ("Trey Research", "TreyResearch"),
];

const STEMS: [&str; 50] = [
    "Harbor",
    "Summit",
    "Cedar",
    "Lakeside",
    "Granite",
    "Maple",
    "Riverbend",
    "Ironwood",
    "Prairie",
    "Beacon",
    "Falcon",
    "Juniper",
    "Keystone",
    "Liberty",
    "Meridian",
    "Noble",
    "Orchard",
    "Pinnacle",
    "Quarry",
    "Redwood",
    "Sterling",
    "Timber",
    "Union",
    "Valley",
    "Westgate",
    "Aspen",
    "Bayview",
    "Canyon",
    "Dover",
    "Eastport",
    "Foxglove",
    "Glacier",
    "Heritage",
    "Island",
    "Jasper",
    "Kingsley",
    "Lantern",
    "Monarch",
    "Northgate",
    "Oakmont",
    "Parkside",
    "Ridgeway",
    "Saddle",
    "Thornton",
    "Upland",
    "Vantage",
    "Willow",
    "Yarrow",
    "Zephyr",
    "Ashford",
];
const TRADES: [&str; 40] = [
    "Dental Group",
    "Family Law",
    "Logistics",
    "Accounting",
    "Architects",
    "Veterinary Clinic",
    "Insurance Agency",
    "Construction",
    "Plumbing & Heating",
    "Orthopedics",
    "Financial Advisors",
    "Credit Union",
    "Manufacturing",
    "Machine Works",
    "Freight",
    "Property Management",
    "Realty",
    "Title Company",
    "Pediatrics",
    "Eye Care",
    "Pharmacy",
    "Engineering",
    "Surveyors",
    "Design Studio",
    "Printing",
    "Marketing",
    "Foods",
    "Bakery",
    "Brewing",
    "Hospitality",
    "Senior Living",
    "Academy",
    "Church",
    "Community Trust",
    "Auto Group",
    "Equipment Rental",
    "Electric",
    "Roofing",
    "Landscaping",
    "Wealth Partners",
];
const FORMS: [&str; 7] = [", LLC", " Inc.", "", " Ltd", " LLP", " & Sons", ", PLLC"];
const FIRST: [&str; 24] = [
    "Olivia", "Liam", "Amara", "Noah", "Priya", "Ethan", "Sofia", "Lucas", "Mei", "Mason", "Fatima", "Logan", "Chloé",
    "Jackson", "Ingrid", "Aiden", "Zoë", "Carter", "Hana", "Wyatt", "Leila", "Owen", "Nadia", "Felix",
];
const LAST: [&str; 29] = [
    "Carter",
    "Nguyen",
    "Okonkwo",
    "Silva",
    "Kowalski",
    "Haddad",
    "Johansson",
    "Patel",
    "Rossi",
    "Müller",
    "O'Brien",
    "Tanaka",
    "Fischer",
    "Moreau",
    "Jensen",
    "Santos",
    "Novak",
    "Reid",
    "Castillo",
    "Becker",
    "Lindqvist",
    "Sharma",
    "Dubois",
    "Walsh",
    "Petrov",
    "Andersen",
    "Romero",
    "Klein",
    "Abbott",
];
const MORE_FIRST: [&str; 26] = [
    "Grace", "Henry", "Yara", "Victor", "Elena", "Marcus", "Ruth", "Dmitri", "Aisha", "Thomas", "Paula", "Kenji",
    "Naomi", "Oscar", "Simone", "Rafael", "Esther", "Gavin", "Imani", "Pieter", "Ruby", "Stefan", "Tara", "Vikram",
    "Wanda", "Julian",
];
const MORE_LAST: [&str; 31] = [
    "Alvarez",
    "Bennett",
    "Chowdhury",
    "Delgado",
    "Eriksen",
    "Foster",
    "Garza",
    "Hoffmann",
    "Ibrahim",
    "Jacobs",
    "Keller",
    "Larsen",
    "Mendoza",
    "Nakamura",
    "Ortega",
    "Pham",
    "Quinn",
    "Ramirez",
    "Schultz",
    "Thompson",
    "Ueda",
    "Vargas",
    "Whitaker",
    "Yilmaz",
    "Zhang",
    "Bauer",
    "Costa",
    "Dunn",
    "Franklin",
    "Hughes",
    "Mbeki",
];
const PARTNERS: [&str; 4] = ["LLP", "Associates", "Law Group", "CPAs"];
const TITLES: [&str; 6] = [
    "Office Manager",
    "Owner",
    "IT Coordinator",
    "Controller",
    "Practice Manager",
    "Partner",
];
/// Identifiers are typed by people: they are cut at this many letters.
const IDENTIFIER: usize = 25;

/// Names and identifiers of companies; no two are the same, whatever the capitals.
pub(crate) fn companies(count: usize, seed: u64) -> Vec<(String, String)> {
    let mut random = Random::of(seed, "company names");
    let first = FIRST_COMPANIES.map(|(name, identifier)| (name.to_owned(), identifier.to_owned()));
    let mut taken: HashSet<String> = HashSet::new();
    let mut is_new = |(name, identifier): &(String, String)| {
        let (name, identifier) = (name.to_lowercase(), identifier.to_lowercase());
        // A company may be called by its name or by its identifier: one set for both.
        let new = !taken.contains(&name) && !taken.contains(&identifier);
        if new {
            taken.extend([name, identifier]);
        }
        new
    };
    let drawn = std::iter::repeat_with(|| company(&mut random));
    first
        .into_iter()
        .chain(drawn)
        .filter(|company| is_new(company))
        .take(count)
        .collect()
}

fn company(random: &mut Random) -> (String, String) {
    let style = random.below(10);
    let trade = random.pick(&TRADES);
    let form = random.pick(&FORMS);
    let (core, form) = match style {
        0..=5 => (format!("{} {trade}", random.pick(&STEMS)), form.to_owned()),
        6 | 7 => (format!("{} {trade}", surname(random)), form.to_owned()),
        8 => (format!("{} {trade}", crate::places::city(random)), form.to_owned()),
        _ => {
            let names = format!("{} & {}", surname(random), surname(random));
            (names, format!(" {}", random.pick(&PARTNERS)))
        }
    };
    let letters = core.chars().map(plain).filter(char::is_ascii_alphanumeric);
    let identifier = letters.take(IDENTIFIER).collect();
    (format!("{core}{form}"), identifier)
}

/// The letter without its accent, as far as the lists have accents.
const fn plain(letter: char) -> char {
    match letter {
        'ü' => 'u',
        'é' => 'e',
        'ë' => 'e',
        other => other,
    }
}

fn surname(random: &mut Random) -> &'static str {
    let lists: [&[&'static str]; 2] = [&LAST, &MORE_LAST];
    let list = random.pick(&lists);
    random.pick(list)
}

/// First name, last name and title of the contact at an index, the same for every seed.
pub(crate) fn person(index: usize) -> (&'static str, &'static str, &'static str) {
    (cycle(&FIRST, index), cycle(&LAST, index), cycle(&TITLES, index))
}

/// First name, last name and title of somebody.
pub(crate) fn somebody(random: &mut Random) -> (&'static str, &'static str, &'static str) {
    let lists: [&[&'static str]; 2] = [&FIRST, &MORE_FIRST];
    let list = random.pick(&lists);
    (random.pick(list), surname(random), random.pick(&TITLES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_companies_share_a_name_or_an_identifier() {
        for seed in [1, 2, 99] {
            let all = companies(2000, seed);
            let names: HashSet<String> = all.iter().map(|(name, _)| name.to_lowercase()).collect();
            let identifiers: HashSet<String> = all.iter().map(|(_, identifier)| identifier.to_lowercase()).collect();
            assert_eq!((names.len(), identifiers.len()), (2000, 2000));
            assert!(all.iter().all(|(name, identifier)| name.chars().count() <= 50
                && identifier.len() <= IDENTIFIER
                && identifier.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        }
    }

    #[test]
    fn every_seed_begins_with_the_same_companies_and_goes_on_with_its_own() {
        let (one, two) = (companies(100, 1), companies(100, 2));
        assert_eq!(one, companies(100, 1));
        let first = FIRST_COMPANIES.len();
        assert_eq!(one[..first], two[..first]);
        assert!(
            one[first..]
                .iter()
                .filter(|company| two[first..].contains(company))
                .count()
                < 5
        );
    }
}
