//! How the same company is written elsewhere, by somebody else.

/// Legal forms as the simulated PSA writes them, and another way to write each, or another form.
const FORMS: [(&str, &str, &str); 5] = [
    (", LLC", " L.L.C.", " Ltd."),
    (" Inc.", ", Incorporated", " LLC"),
    (" Ltd", " Limited", ", Inc."),
    (" LLP", ", L.L.P.", " LLC"),
    (", PLLC", " P.L.L.C.", " Inc"),
];

/// Letters, and how they are written with an accent.
const ACCENTS: [(char, char); 5] = [('a', 'á'), ('e', 'é'), ('i', 'í'), ('o', 'ö'), ('u', 'ü')];

/// The name without its legal form, and that form; empty when it has none.
pub(super) fn split(name: &str) -> (&str, &str) {
    let forms = FORMS.iter().map(|(form, _, _)| *form);
    let ends = forms.filter_map(|form| Some((name.strip_suffix(form)?, form)));
    ends.max_by_key(|(_, form)| form.len()).unwrap_or((name, ""))
}

/// The legal form spelt otherwise.
pub(super) fn respelt(name: &str) -> Option<String> {
    let (core, form) = split(name);
    let (_, other, _) = FORMS.iter().find(|(known, _, _)| *known == form)?;
    Some(format!("{core}{other}"))
}

/// Another legal form.
pub(super) fn changed(name: &str) -> Option<String> {
    let (core, form) = split(name);
    let (_, _, other) = FORMS.iter().find(|(known, _, _)| *known == form)?;
    Some(format!("{core}{other}"))
}

/// With a legal form where it has none.
pub(super) fn added(name: &str) -> Option<String> {
    let (core, form) = split(name);
    form.is_empty().then(|| format!("{core}, Inc."))
}

/// Without its legal form.
pub(super) fn dropped(name: &str) -> Option<String> {
    let (core, form) = split(name);
    (!form.is_empty()).then(|| core.to_owned())
}

/// With other punctuation and other spaces.
pub(super) fn repunctuated(name: &str) -> String {
    let name = name.replace(" & ", " and ").replace([',', '.'], "");
    match name.split_once(' ') {
        Some((first, rest)) => format!(" {first}-{rest} "),
        None => name,
    }
}

/// With accents on the first word.
pub(super) fn accented(name: &str) -> String {
    let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
    let accent = |letter: char| {
        let found = ACCENTS.iter().find(|(plain, _)| *plain == letter);
        found.map_or(letter, |(_, accented)| *accented)
    };
    let first: String = first.chars().map(accent).collect();
    format!("{first} {rest}").trim_end().to_owned()
}

/// Written for who has no umlauts on the keyboard.
pub(super) fn transcribed(name: &str) -> Option<String> {
    name.contains('ü').then(|| name.replace('ü', "ue"))
}

/// With its legal form in words.
pub(super) fn spelt_out(name: &str) -> Option<String> {
    let core = name.strip_suffix(", LLC")?;
    Some(format!("{core}, Limited Liability Company"))
}

/// With a letter of its longest word left out.
pub(super) fn misspelt(name: &str) -> String {
    let (core, form) = split(name);
    let longest = core.split(' ').max_by_key(|word| word.chars().count()).unwrap_or(core);
    let middle = longest.chars().count() / 2;
    let wrong: String = longest
        .chars()
        .enumerate()
        .filter(|(index, _)| *index != middle)
        .map(|(_, letter)| letter)
        .collect();
    format!("{}{form}", core.replacen(longest, &wrong, 1))
}

/// With its last word first.
pub(super) fn turned(name: &str) -> Option<String> {
    let (rest, last) = split(name).0.rsplit_once(' ')?;
    Some(format!("{last} {rest}"))
}

/// Letters and digits alone, in lower case and without accents: no two customers of one PSA share this.
pub(super) fn letters(name: &str) -> String {
    let plain = |letter: char| {
        let found = ACCENTS.iter().find(|(_, accented)| *accented == letter);
        found.map_or(letter, |(plain, _)| *plain)
    };
    split(name)
        .0
        .to_lowercase()
        .chars()
        .map(plain)
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}
