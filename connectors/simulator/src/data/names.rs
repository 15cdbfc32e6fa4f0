//! Word lists, and the names made of them.

use super::cycle;

/// The companies that every data set begins with: name and identifier.
pub(super) const FIRST_COMPANIES: [(&str, &str); 12] = [
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
const TITLES: [&str; 6] = [
    "Office Manager",
    "Owner",
    "IT Coordinator",
    "Controller",
    "Practice Manager",
    "Partner",
];
const CITIES: [(&str, &str, &str); 8] = [
    ("Tampa", "FL", "33602"),
    ("Columbus", "OH", "43215"),
    ("Portland", "OR", "97204"),
    ("Austin", "TX", "78701"),
    ("Raleigh", "NC", "27601"),
    ("Denver", "CO", "80202"),
    ("Madison", "WI", "53703"),
    ("Boise", "ID", "83702"),
];
const STREETS: [&str; 6] = [
    "Main Street",
    "Oak Avenue",
    "Market Street",
    "Commerce Drive",
    "Park Road",
    "Mill Lane",
];

/// Name and identifier of the company at an index. Every pair of stem and trade occurs once in 2,000.
pub(super) fn company(index: usize) -> (String, String) {
    if let Some((name, identifier)) = FIRST_COMPANIES.get(index) {
        return ((*name).to_owned(), (*identifier).to_owned());
    }
    let stem = cycle(&STEMS, index);
    // 31 and 40 have no common factor: a stem meets each trade once before it meets one again.
    let trade = cycle(&TRADES, index / STEMS.len() * 31 + index % STEMS.len() * 7);
    let name = format!("{stem} {trade}{}", cycle(&FORMS, index));
    let identifier = format!("{stem}{trade}").replace(|letter: char| !letter.is_ascii_alphanumeric(), "");
    (name, identifier)
}

/// First name, last name and title of the contact at an index.
pub(super) fn person(index: usize) -> (&'static str, &'static str, &'static str) {
    (cycle(&FIRST, index), cycle(&LAST, index), cycle(&TITLES, index))
}

/// Street, city, state and zip code.
pub(super) fn address(index: usize) -> (String, &'static str, &'static str, &'static str) {
    let (city, state, zip) = cycle(&CITIES, index);
    (
        format!("{} {}", 100 + index % 900, cycle(&STREETS, index)),
        city,
        state,
        zip,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_companies_share_a_name_or_an_identifier() {
        let all: Vec<_> = (0..2000).map(company).collect();
        let names: HashSet<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let identifiers: HashSet<String> = all.iter().map(|(_, identifier)| identifier.to_lowercase()).collect();
        assert_eq!((names.len(), identifiers.len()), (2000, 2000));
        assert!(all.iter().all(|(_, identifier)| !identifier.contains(' ')));
    }
}
