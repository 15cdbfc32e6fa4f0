//! How large a test is: in every run as large as it has to be to find something, and larger when somebody asks for it.

/// The number that the environment variable `name` asks for, or else `usual`.
///
/// # Panics
/// The variable is no number.
#[expect(clippy::disallowed_methods, reason = "the tests have no configuration of their own")]
pub fn of(name: &str, usual: usize) -> usize {
    match std::env::var(name) {
        Ok(asked) => asked
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not {asked}")),
        Err(_) => usual,
    }
}
