//! Splits a filter into words, values and signs.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;

use super::{BadCondition, Order};

/// A piece of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Number(Decimal),
    /// `yyyy-MM-ddTHH:mm:ssZ`.
    Time(String),
    Order(Order),
    Open,
    Close,
    Comma,
}

/// All pieces of a filter, in order.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, BadCondition> {
    let mut rest = text.trim_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '(' => (Token::Open, skip(rest, 1)),
            ')' => (Token::Close, skip(rest, 1)),
            ',' => (Token::Comma, skip(rest, 1)),
            '"' | '\'' => quoted(rest, first)?,
            '[' => bracketed(rest)?,
            '=' | '!' | '<' | '>' => sign(rest)?,
            '-' | '0'..='9' => number(rest)?,
            _ if is_word(first) => {
                let end = rest.find(|next: char| !is_word(next)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                (Token::Word(word.to_owned()), after)
            }
            other => return Err(BadCondition(format!("Unexpected character '{other}' in conditions."))),
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn is_word(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '/' | '.')
}

fn skip(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or_default()
}

fn quoted(text: &str, quote: char) -> Result<(Token, &str), BadCondition> {
    let body = skip(text, 1);
    let (inside, after) = body
        .split_once(quote)
        .ok_or_else(|| BadCondition("A string in conditions is not closed.".to_owned()))?;
    Ok((Token::Text(inside.to_owned()), after))
}

fn bracketed(text: &str) -> Result<(Token, &str), BadCondition> {
    let (inside, after) = skip(text, 1)
        .split_once(']')
        .ok_or_else(|| BadCondition("A date in conditions is not closed.".to_owned()))?;
    let time = instant(inside.trim())
        .ok_or_else(|| BadCondition(format!("The date '{inside}' in conditions is not recognized.")))?;
    Ok((Token::Time(time.format(crate::time::FORMAT).to_string()), after))
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    if let Ok(time) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S") {
        return Some(time.and_utc());
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc())
}

fn sign(text: &str) -> Result<(Token, &str), BadCondition> {
    let signs = [
        ("!=", Order::Unequal),
        ("<=", Order::AtMost),
        (">=", Order::AtLeast),
        ("=", Order::Equal),
        ("<", Order::Less),
        (">", Order::Greater),
    ];
    let found = signs
        .into_iter()
        .find_map(|(sign, order)| Some((Token::Order(order), text.strip_prefix(sign)?)));
    found.ok_or_else(|| BadCondition("Unexpected character '!' in conditions.".to_owned()))
}

fn number(text: &str) -> Result<(Token, &str), BadCondition> {
    let end = text
        .char_indices()
        .find(|(index, next)| !(next.is_ascii_digit() || *next == '.' || (*index == 0 && *next == '-')))
        .map_or(text.len(), |(index, _)| index);
    let (digits, after) = text.split_at(end);
    let number = digits
        .parse()
        .map_err(|_| BadCondition(format!("The number '{digits}' in conditions is not recognized.")))?;
    Ok((Token::Number(number), after))
}
