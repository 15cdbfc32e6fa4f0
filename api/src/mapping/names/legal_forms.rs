//! Legal forms: words at the end of a company's name that say nothing about whose it is.
//!
//! Of the countries that speak English, German, French, Spanish, Dutch and the Scandinavian languages, and of some
//! neighbours. Left out are those that are as likely a part of a name, such as `PA`, `DA` or `EI`.

/// Forms that are as short as the names of regions, or are one: Colorado, South Africa or San Antonio, the south-east.
pub(super) const DOUBTFUL: &[&str] = &["co", "sa", "se"];

/// Abbreviations and words, without case, accents and dots.
const WORDS: &[&str] = &[
    "ab",
    "ag",
    "amba",
    "ans",
    "aps",
    "as",
    "asa",
    "bv",
    "bvba",
    "cic",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "cvba",
    "doo",
    "eg",
    "ehf",
    "eirl",
    "ek",
    "ekfm",
    "eurl",
    "ev",
    "gbr",
    "gesmbh",
    "ggmbh",
    "gie",
    "gmbh",
    "haftungsbeschrankt",
    "hb",
    "hf",
    "inc",
    "incorporated",
    "ivs",
    "kb",
    "kft",
    "kg",
    "kgaa",
    "kk",
    "ks",
    "lc",
    "lda",
    "limited",
    "llc",
    "lllp",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbb",
    "mbh",
    "nuf",
    "nv",
    "og",
    "ohf",
    "ohg",
    "oy",
    "oyj",
    "partg",
    "partgmbb",
    "pbc",
    "pc",
    "plc",
    "pllc",
    "pllp",
    "pte",
    "pty",
    "publ",
    "pvt",
    "sa",
    "sagl",
    "sarl",
    "sas",
    "sasu",
    "sau",
    "sca",
    "sci",
    "scop",
    "se",
    "selarl",
    "sl",
    "sll",
    "slp",
    "slu",
    "snc",
    "spa",
    "spzoo",
    "srl",
    "srls",
    "sro",
    "ua",
    "ug",
    "ulc",
    "unlimited",
    "vof",
    "vzw",
    "zrt",
];

/// Forms of several words, the longest first where one ends another.
const PHRASES: &[&str] = &[
    "gesellschaft mit beschrankter haftung",
    "besloten vennootschap",
    "naamloze vennootschap",
    "sociedad anonima",
    "sociedad limitada",
    "societe anonyme",
    "public limited company",
    "limited liability company",
    "s de rl de cv",
    "sapi de cv",
    "sa de cv",
    "s de rl",
    "a s",
    "e k",
    "e v",
    "i s",
    "k s",
    "p s",
];

/// Drops the legal forms that end a name of folded words, and what joins them to it. A name of nothing but legal forms
/// keeps the first of them.
pub(super) fn strip(words: &mut Vec<&str>) {
    while let Some(left) = without_one(words) {
        words.truncate(left);
    }
}

/// How many words are left without the last form; `None` when the name ends in none.
fn without_one(words: &[&str]) -> Option<usize> {
    let ends = |phrase: &&&str| {
        let phrase: Vec<_> = phrase.split(' ').collect();
        words.ends_with(&phrase)
    };
    let last = words.last()?;
    let length = match PHRASES.iter().find(ends) {
        Some(phrase) => phrase.split(' ').count(),
        None if WORDS.contains(last) || *last == "and" => 1,
        None => return None,
    };
    words.len().checked_sub(length).filter(|left| *left > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_in_order_and_written_once() {
        assert!(WORDS.is_sorted_by(|one, other| one < other), "{WORDS:?}");
        for (index, phrase) in PHRASES.iter().enumerate() {
            let hidden = PHRASES.iter().take(index).any(|before| phrase.ends_with(before));
            assert!(!hidden, "{phrase} comes after what it ends in");
        }
    }

    #[test]
    fn a_name_of_nothing_but_forms_keeps_the_first() {
        for (name, expected) in [
            ("sa de cv", "sa de cv"),
            ("a s", "a s"),
            ("limited", "limited"),
            ("co and co", "co"),
            ("gmbh and co kg", "gmbh"),
            ("ab a s", "ab"),
            ("", ""),
        ] {
            let mut words: Vec<_> = name.split_whitespace().collect();
            strip(&mut words);
            assert_eq!(words.join(" "), expected, "{name}");
        }
    }
}
