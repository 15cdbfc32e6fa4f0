//! Names as they are compared: without case, accents and punctuation, those of companies without legal form.

mod legal_forms;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters that have no decomposition and are written in two ways.
const SPELLINGS: &[(char, &str)] = &[
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ı', "i"),
];

/// `and` in the languages whose companies join names with it.
const ANDS: &[&str] = &["and", "et", "och", "og", "und"];

/// The form in which two spellings of one company's name are equal.
///
/// Case and accents go, `&`, `+` and other languages' `and` between words become `and`, apostrophes and dots vanish except
/// between digits, other punctuation separates words, legal forms at the end are dropped. A name of nothing but legal
/// forms keeps the first of them; a name without letters or digits becomes empty and equals nothing.
pub fn normalise(name: &str) -> String {
    split(name).0
}

/// The normalised name, and the legal form that was dropped from it as it is compared; empty where there was none.
pub fn split(name: &str) -> (String, String) {
    let folded = fold(name);
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    if words.len() > 1 && words.first() == Some(&"the") {
        words.remove(0);
    }
    let last = words.len().saturating_sub(1);
    for (index, word) in words.iter_mut().enumerate() {
        if index > 0 && index < last && ANDS.contains(word) {
            *word = "and";
        }
    }
    let whole = words.clone();
    legal_forms::strip(&mut words);
    let form = whole.get(words.len()..).unwrap_or_default();
    (words.join(" "), form.join(" "))
}

/// Whether two names that are equal but for these legal forms are certainly one.
///
/// They are not when only one of them has a form, or the other has another, that reads like a region as well: `Acme SE`
/// may be Acme in the south-east.
pub fn forms_agree(one: &str, other: &str) -> bool {
    one == other || ![one, other].iter().any(|form| legal_forms::DOUBTFUL.contains(form))
}

/// The form in which two spellings of one person's name are equal: without case, accents and punctuation, the given name
/// first, so that `Hart, Amelia` is `amelia hart`.
pub fn of_person(name: &str) -> String {
    let folded = match name.split_once(',') {
        Some((family, given)) => fold(&format!("{given} {family}")),
        None => fold(name),
    };
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The normalised name without its spaces: what an identifier such as `AcmeDental` is compared with.
pub fn compact(name: &str) -> String {
    normalise(name).replace(' ', "")
}

fn fold(name: &str) -> String {
    let plain: Vec<char> = name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let mut folded = String::with_capacity(name.len());
    for (index, character) in plain.iter().copied().enumerate() {
        if let Some((_, spelling)) = SPELLINGS.iter().find(|(letter, _)| *letter == character) {
            folded.push_str(spelling);
        } else if character.is_alphanumeric() {
            folded.push(character);
        } else if matches!(character, '&' | '+') {
            folded.push_str(" and ");
        } else if is_combining_mark(character) {
            // Lower case may bring marks back.
        } else if !matches!(character, '.' | '\'' | '’' | '‘' | '`' | '´') || is_between_digits(&plain, index) {
            folded.push(' ');
        }
    }
    folded
}

/// Whether both neighbours are digits: `Clinic 1.1` is not `Clinic 11`.
fn is_between_digits(characters: &[char], index: usize) -> bool {
    let is_digit = |index: Option<usize>| {
        index
            .and_then(|index| characters.get(index))
            .is_some_and(|c| c.is_numeric())
    };
    is_digit(index.checked_sub(1)) && is_digit(index.checked_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name_meet() {
        for (expected, spellings) in [
            (
                "acme",
                vec![
                    "Acme",
                    " ACME, Inc.",
                    "Acme LLC",
                    "acme pty. ltd.",
                    "The Acme Company",
                    "ACME S.A.",
                    "Acme Co., Ltd",
                ],
            ),
            (
                "muller and sohne",
                vec!["Müller & Söhne GmbH & Co. KG", "Muller and Sohne", "MÜLLER + SÖHNE mbH"],
            ),
            ("joes diner", vec!["Joe's Diner", "Joe’s  Diner LLP", "JOES-DINER"]),
            ("strasse 9", vec!["Straße 9 AG", "Strasse 9"]),
            (
                "smith dental",
                vec!["Smith/Dental B.V.", "Smith_Dental", "Ｓｍｉｔｈ Dental"],
            ),
            (
                "acme",
                vec![
                    "Acme A/S",
                    "Acme I/S",
                    "Acme ApS",
                    "Acme AB (publ)",
                    "Acme Oy",
                    "Acme AS",
                    "Acme hf.",
                    "Acme K/S",
                    "Acme e.V.",
                    "Acme e. K.",
                    "Acme e.G.",
                    "Acme KGaA",
                    "Acme gGmbH",
                    "Acme UG (haftungsbeschränkt)",
                    "Acme Ges.m.b.H.",
                    "Acme Gesellschaft mit beschränkter Haftung",
                    "Acme PartG mbB",
                    "Acme OHG",
                    "Acme S.A.S.U.",
                    "Acme SARL",
                    "ACME E.U.R.L.",
                    "Acme SNC",
                    "Acme Société Anonyme",
                    "Acme SELARL",
                    "Acme S.L.",
                    "Acme S.L.U.",
                    "Acme, S.A. de C.V.",
                    "Acme S. de R.L. de C.V.",
                    "Acme Sociedad Limitada",
                    "Acme B.V.",
                    "Acme N.V.",
                    "Acme V.O.F.",
                    "Acme Besloten Vennootschap",
                    "Acme U.A.",
                    "Acme PLC",
                    "Acme Pty. Ltd.",
                    "Acme Pte Ltd",
                    "Acme P.L.L.C.",
                    "Acme C.I.C.",
                    "Acme ULC",
                    "Acme Limited Liability Company",
                    "Acme & Co. KG",
                    "Acme GmbH & Co. KG",
                ],
            ),
            (
                "muller and sohne",
                vec![
                    "Müller und Söhne",
                    "Müller et Söhne SA",
                    "Müller & Söhne GmbH und Co. KG",
                    "Müller og Söhne A/S",
                    "Müller och Söhne AB",
                ],
            ),
            ("limited", vec!["Limited", "Limited Company", "The Limited"]),
            ("", vec!["", " – ", "!!"]),
        ] {
            for spelling in spellings {
                assert_eq!(normalise(spelling), expected, "{spelling}");
            }
        }
    }

    #[test]
    fn a_form_that_may_be_a_region_is_not_certain() {
        for (one, other, agree) in [
            ("Acme LLC", "Acme", true),
            ("Acme LLC", "Acme, Inc.", true),
            ("Acme Co., Ltd", "Acme", true),
            ("Acme SE", "Acme S.E.", true),
            ("Acme SE", "Acme", false),
            ("Acme CO", "Acme, LLC", false),
        ] {
            assert_eq!(forms_agree(&split(one).1, &split(other).1), agree, "{one} and {other}");
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (one, other) in [
            ("Acme North", "Acme South"),
            ("AG Systems", "Systems"),
            ("Co Op", "Op"),
            ("3M", "4M"),
            ("Clinic 1", "Clinic 11"),
            ("Clinic 1.1", "Clinic 11"),
            ("Studio 2.0", "Studio 20"),
            ("Smith Dental", "Smith Dental Group"),
            ("Et Cetera", "And Cetera"),
            ("Und", "And"),
        ] {
            assert_ne!(normalise(one), normalise(other));
        }
    }

    #[test]
    fn identifiers_are_compact() {
        assert_eq!(compact("Acme Dental, Inc."), "acmedental");
        assert_eq!(compact("AcmeDental"), "acmedental");
    }

    #[test]
    fn people_keep_every_part_of_their_name() {
        for (expected, spellings) in [
            (
                "amelia hart",
                vec!["Amelia Hart", " AMELIA  HART ", "Hart, Amelia", "Amélia Hart"],
            ),
            ("jean luc oneil", vec!["Jean-Luc O'Neil", "O’Neil, Jean-Luc"]),
            ("li co", vec!["Li Co", "Co, Li"]),
            ("", vec!["", ",", "?"]),
        ] {
            for spelling in spellings {
                assert_eq!(of_person(spelling), expected, "{spelling}");
            }
        }
    }

    proptest! {
        #[test]
        fn normalising_again_changes_nothing_in_plain_names(name in "[A-Za-zäöüéß0-9]{1,8}( [a-z0-9]{4,8}){0,3}") {
            prop_assume!(!name.to_lowercase().starts_with("the "));
            let once = normalise(&name);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn nothing_but_words_is_left(name in any::<String>()) {
            let normalised = normalise(&name);
            let clean = normalised.chars().all(|c| c == ' ' || c.is_alphanumeric());
            prop_assert!(clean, "{normalised:?}");
            prop_assert!(!normalised.contains("  "));
        }

        #[test]
        fn case_does_not_matter(name in "[A-Za-zÄÖÜäöü .,&]{0,30}") {
            prop_assert_eq!(normalise(&name), normalise(&name.to_uppercase()));
        }
    }
}
