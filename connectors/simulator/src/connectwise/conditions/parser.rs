//! Reads the pieces of a filter: `or` of `and` of comparisons and parentheses.

use super::lexer::Token;
use super::pattern::{self, Pattern};
use super::scope::{Expect, Scope};
use super::{BadCondition, Comparison, Condition, FieldPath, Literal, Order, Test};

/// What the server adds to every complaint about a value's type.
const TYPE_ADVICE: &str = "String values should be enclosed with double or single quotes; DateTime values should be \
     enclosed in square brackets; numbers should consist of only digits, and an optional decimal point; boolean values \
     should be true or false; null values should be represented by the keyword null.";

/// Reads all of `tokens`.
pub(super) fn parse(tokens: &[Token], scope: &Scope) -> Result<Condition, BadCondition> {
    let mut parser = Parser { tokens, next: 0, scope };
    let condition = parser.any()?;
    match parser.peek() {
        None => Ok(condition),
        Some(token) => Err(BadCondition(format!("Unexpected {} in conditions.", describe(token)))),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    scope: &'a Scope,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Condition, BadCondition> {
        let mut parts = vec![self.all()?];
        while self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(single_or(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, BadCondition> {
        let mut parts = vec![self.primary()?];
        while self.take_word("and") {
            parts.push(self.primary()?);
        }
        Ok(single_or(parts, Condition::All))
    }

    fn primary(&mut self) -> Result<Condition, BadCondition> {
        match self.take() {
            Some(Token::Open) => {
                let inside = self.any()?;
                self.expect(&Token::Close)?;
                Ok(inside)
            }
            Some(Token::Word(name)) => {
                let path = self.scope.resolve(&name)?;
                let test = self.test(&path)?;
                Ok(Condition::Compare(Comparison { path, test }))
            }
            Some(token) => Err(BadCondition(format!("Expected a field, not {}.", describe(&token)))),
            None => Err(BadCondition("The conditions end where a field is expected.".to_owned())),
        }
    }

    fn test(&mut self, path: &FieldPath) -> Result<Test, BadCondition> {
        if let Some(Token::Order(order)) = self.peek() {
            let order = *order;
            self.next += 1;
            let literal = self.literal(path)?;
            let comparable = match literal {
                Literal::Null | Literal::Flag(_) => matches!(order, Order::Equal | Order::Unequal),
                Literal::Text(_) | Literal::Number(_) | Literal::Time(_) => true,
            };
            if !comparable {
                let message = format!(
                    "'{}' can only be compared for equality with this value.",
                    path.names.join("/")
                );
                return Err(BadCondition(message));
            }
            return Ok(Test::Order(order, literal));
        }
        let negated = self.take_word("not");
        if self.take_word("contains") {
            return Ok(Test::Contains {
                text: pattern::unescaped(&self.text(path)?),
                negated,
            });
        }
        if self.take_word("like") {
            return Ok(Test::Like {
                pattern: Pattern::new(&self.text(path)?),
                negated,
            });
        }
        if self.take_word("in") {
            return self.values(path).map(|values| Test::In { values, negated });
        }
        Err(BadCondition(format!(
            "An operator is expected after '{}'.",
            path.names.join("/")
        )))
    }

    fn values(&mut self, path: &FieldPath) -> Result<Vec<Literal>, BadCondition> {
        if !self.scope.allows_in() {
            return Err(BadCondition("The operator in is not supported here.".to_owned()));
        }
        self.expect(&Token::Open)?;
        let mut values = vec![self.literal(path)?];
        loop {
            match self.take() {
                Some(Token::Comma) => values.push(self.literal(path)?),
                Some(Token::Close) => return Ok(values),
                _ => return Err(BadCondition("The list after in is not closed.".to_owned())),
            }
        }
    }

    fn text(&mut self, path: &FieldPath) -> Result<String, BadCondition> {
        match self.take() {
            Some(Token::Text(text)) if matches!(path.expect, Expect::Text | Expect::Anything) => {
                Ok(text.to_lowercase())
            }
            Some(Token::Text(_)) => Err(mismatch(path.expect, "string")),
            Some(token) => Err(BadCondition(format!(
                "Expected a string value, not {}. {TYPE_ADVICE}",
                describe(&token)
            ))),
            None => Err(BadCondition("The conditions end where a value is expected.".to_owned())),
        }
    }

    fn literal(&mut self, path: &FieldPath) -> Result<Literal, BadCondition> {
        let (literal, kind) = match self.take() {
            Some(Token::Text(text)) => (Literal::Text(pattern::unescaped(&text.to_lowercase())), "string"),
            Some(Token::Number(number)) => (Literal::Number(number), "numeric"),
            Some(Token::Time(time)) => (Literal::Time(time), "DateTime"),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("null") => return Ok(Literal::Null),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => (Literal::Flag(true), "boolean"),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => (Literal::Flag(false), "boolean"),
            Some(token) => {
                let message = format!(
                    "Expected a {} value, not {}. {TYPE_ADVICE}",
                    path.expect.word(),
                    describe(&token)
                );
                return Err(BadCondition(message));
            }
            None => return Err(BadCondition("The conditions end where a value is expected.".to_owned())),
        };
        if path.expect.takes(&literal) {
            Ok(literal)
        } else {
            Err(mismatch(path.expect, kind))
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        if found {
            self.next += 1;
        }
        found
    }

    fn expect(&mut self, token: &Token) -> Result<(), BadCondition> {
        if self.take().as_ref() == Some(token) {
            return Ok(());
        }
        Err(BadCondition(format!("Expected {} in conditions.", describe(token))))
    }
}

fn single_or(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

fn mismatch(expect: Expect, got: &str) -> BadCondition {
    BadCondition(format!(
        "Expected a {} value, not a {got}. {TYPE_ADVICE}",
        expect.word()
    ))
}

fn describe(token: &Token) -> String {
    match token {
        Token::Word(word) => format!("'{word}'"),
        Token::Text(_) => "a string".to_owned(),
        Token::Number(_) => "a numeric".to_owned(),
        Token::Time(_) => "a DateTime".to_owned(),
        Token::Order(_) => "an operator".to_owned(),
        Token::Open => "'('".to_owned(),
        Token::Close => "')'".to_owned(),
        Token::Comma => "','".to_owned(),
    }
}
