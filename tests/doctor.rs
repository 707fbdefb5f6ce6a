//! Every finding of `nija doctor` provoked for real, and its mend carried out where a command can.

#![allow(clippy::disallowed_methods, reason = "what is examined has to be broken first, past the store")]

#[cfg(test)]
#[path = "doctor/config.rs"]
mod config;
#[cfg(test)]
#[path = "doctor/directory.rs"]
mod directory;
#[cfg(test)]
#[path = "doctor/disk.rs"]
mod disk;
#[cfg(test)]
#[path = "doctor/documents.rs"]
mod documents;
#[cfg(test)]
#[path = "doctor/page.rs"]
mod page;
#[cfg(test)]
#[path = "doctor/record.rs"]
mod record;
#[cfg(test)]
#[path = "doctor/stop.rs"]
mod stop;
#[cfg(test)]
#[path = "doctor/ward.rs"]
mod ward;
