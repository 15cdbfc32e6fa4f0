//! What the conformance suite shares with the end-to-end tests; the suite itself begins in `main.rs`.

pub mod receiver;
