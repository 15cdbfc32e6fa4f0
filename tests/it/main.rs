//! End-to-end tests: the real server on a real socket, a real database, a simulated PSA.

mod api_tokens;
mod audit;
mod billing;
mod configuration;
mod contacts;
mod connecting;
mod deleting;
mod documentation;
mod drift;
mod error_codes;
mod importing;
mod inventory;
mod isolation;
mod keys;
mod killed;
mod live;
mod mapping;
mod permissions;
mod readme;
mod rows;
mod secrets;
mod set_up;
mod statements;
mod surface;
mod tickets;
mod told;
