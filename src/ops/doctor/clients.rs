//! Who would hear a stop.

use super::{Check, Finding, Patient, access};
use crate::domain::heartbeat::{Awaited, Confirmation};
use crate::ops::heartbeat::{COLLECTION, listeners};

/// The components that listen.
pub const CLIENTS: Check = Check { name: "clients", about: "somebody listens to a stop", run: clients };

fn clients(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    // Asked for what nobody can have seen, every live client is one that waits.
    let awaited = Awaited { revision: u64::MAX, stop_file: true, since: None };
    vec![match listeners(state, awaited) {
        Ok(all) if all.is_empty() => {
            let message = format!(
                "no client has ever reported in {}: a stop nobody listens to is not a stop; let each bot ask with \
                 --client",
                patient.dir().display()
            );
            Finding::warning(message, patient.nija("gate SYMBOL --client BOT"))
        }
        Ok(all) => {
            let live = all.iter().filter(|client| client.confirmation == Confirmation::Waiting).count();
            Finding::ok(format!("{} clients are known, {live} of them live", all.len()))
        }
        Err(error) => {
            Finding::unknown(error.message, access::to_read(patient, &patient.dir().join(COLLECTION)))
        }
    }]
}
