//! The simulated site over real sockets: who gets in, what is listed, what may be written, and trouble on request.

#[cfg(test)]
mod access;
#[cfg(test)]
mod additions;
#[cfg(test)]
mod boards;
#[cfg(test)]
mod bundles;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod client;
#[cfg(test)]
mod companies;
#[cfg(test)]
mod configurations;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod finance;
#[cfg(test)]
mod lists;
#[cfg(test)]
#[cfg(unix)]
mod program;
#[cfg(test)]
mod readme;
#[cfg(test)]
#[path = "../support/receiver.rs"]
mod receiver;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod setup;
#[cfg(test)]
#[cfg(unix)]
#[path = "../support/started.rs"]
mod started;
#[cfg(test)]
mod state;
#[cfg(test)]
#[path = "../support/readme.rs"]
mod tables;
#[cfg(test)]
mod tickets;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod upheaval;
#[cfg(test)]
mod wire;
