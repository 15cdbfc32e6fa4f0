//! A record of everything that was said, on request.

use std::{
    fs::File,
    io::Write,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use psa_simulator::Witness;

/// Writes every exchange of every trial to the file that `CONFORMANCE_EXCHANGES` names, one JSON object a line, for those
/// who compare them with the vendor's description.
pub(super) fn witness() -> Option<Witness> {
    static FILE: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "a test run is recorded on request of who starts it"
        )]
        let name = std::env::var_os("CONFORMANCE_EXCHANGES")?;
        Some(Mutex::new(
            File::create(name).expect("CONFORMANCE_EXCHANGES names a file that can be written"),
        ))
    });
    FILE.as_ref().map(|file| {
        let witness: Witness = Arc::new(|exchange| {
            let line = serde_json::to_string(exchange).expect("JSON");
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            writeln!(file, "{line}").expect("written");
        });
        witness
    })
}
