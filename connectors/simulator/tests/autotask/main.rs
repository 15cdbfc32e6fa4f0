//! The simulated tenant over real sockets: who gets in, what is found, what may be written, and trouble on request.

#[cfg(test)]
mod access;
#[cfg(test)]
mod charges;
#[cfg(test)]
mod children;
#[cfg(test)]
mod client;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod paging;
#[cfg(test)]
#[cfg(unix)]
mod program;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod readme;
#[cfg(test)]
#[path = "../support/receiver.rs"]
mod receiver;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod seed;
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
mod units;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod writes;
