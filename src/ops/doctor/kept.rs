//! Every kind of document: where it is kept, how it is read, what it means when it is damaged, and what mends that.

use std::path::Path;

use super::{Patient, quoted};
use crate::domain::adoption::Adoption;
use crate::domain::alert::Alert;
use crate::domain::cooldown::{self, Cooldown};
use crate::domain::document::{self, Document, Unreadable};
use crate::domain::equity::Equity;
use crate::domain::exposure::{Balance, Book};
use crate::domain::gate::claim::{self, Claim};
use crate::domain::heartbeat::{Expectation, Heartbeat, Observations};
use crate::domain::key::Key;
use crate::domain::killswitch::KillSwitch;
use crate::domain::notify::Delivery;
use crate::domain::notify::Silence;
use crate::domain::notify::record::Record as ChannelRecord;
use crate::domain::operator::Operators;
use crate::domain::pending::Tracked;
use crate::domain::pending::throttle::Recent;
use crate::domain::slippage::Summary;
use crate::domain::status::Status;
use crate::domain::watch::{self, Watch};
use crate::error::Error;
use crate::ops::alerts::attention::Attention;
use crate::ops::{
    State, adoption, alerts, check, equity, exposure, heartbeat, killswitch, notify, operator, orders,
    slippage,
};

/// Where documents of one kind are.
pub enum Place {
    /// There is one.
    File(fn() -> Key),
    /// There is one per name, in this folder.
    Folder(&'static str),
}

/// A kind of document.
pub struct Kept {
    /// Where.
    pub place: Place,
    /// How bytes are read as one, to see whether they can be.
    pub decode: fn(&[u8]) -> Result<(), Unreadable>,
    /// How bad a damaged one is.
    pub status: Status,
    /// What follows from a damaged one.
    pub means: &'static str,
    /// The command that mends a damaged one of this name at this path.
    pub mend: fn(&Patient<'_>, &str, &Path) -> String,
}

/// Every kind, in the order they are looked at.
pub const KEPT: &[Kept] = &[
    Kept {
        place: Place::File(killswitch::key),
        decode: decode::<KillSwitch>,
        status: Status::Critical,
        means: "trading is halted, and a stop makes it anew",
        mend: |patient, _, _| patient.nija("kill killswitch.json was corrupt"),
    },
    Kept {
        place: Place::File(operator::key),
        decode: decode::<Operators>,
        status: Status::Critical,
        means: "nobody can resume",
        mend: |patient, _, path| format!("{} && {}", aside(patient, path), patient.nija("operator add NAME")),
    },
    Kept {
        place: Place::Folder(heartbeat::COLLECTION),
        decode: decode::<Heartbeat>,
        status: Status::Warning,
        means: "nobody waits for this client until it reports again",
        mend: |patient, name, _| patient.nija(&format!("heartbeat forget {}", word(name))),
    },
    Kept {
        place: Place::Folder(heartbeat::EXPECTATIONS),
        decode: decode::<Expectation>,
        status: Status::Warning,
        means: "whether this component must beat is not known",
        mend: |patient, name, path| {
            let again = patient.nija(&format!("heartbeat expect {}", word(name)));
            format!("{} && {again}", aside(patient, path))
        },
    },
    Kept {
        place: Place::File(heartbeat::observe::key),
        decode: decode::<Observations>,
        status: Status::Warning,
        means: "the next look sets it aside, and has seen nothing yet",
        mend: |patient, _, _| patient.nija("check heartbeats"),
    },
    Kept {
        place: Place::Folder(check::alerts::COLLECTION),
        decode: decode::<Alert>,
        status: Status::Warning,
        means: "since when this alert fires is lost, and it is told anew",
        mend: |patient, _, path| aside(patient, path),
    },
    Kept {
        place: Place::Folder(notify::OUTBOX),
        decode: decode::<Delivery>,
        status: Status::Critical,
        means: "this message is not sent",
        mend: |patient, _, path| aside(patient, path),
    },
    Kept {
        place: Place::Folder(notify::CHANNELS),
        decode: decode::<ChannelRecord>,
        status: Status::Warning,
        means: "what this channel did so far is lost with its next message",
        mend: |patient, name, _| patient.nija(&format!("notify test {}", word(name))),
    },
    Kept {
        place: Place::File(alerts::attention::key),
        decode: decode::<Attention>,
        status: Status::Warning,
        means: "the next acknowledgement sets it aside",
        mend: |patient, _, path| aside(patient, path),
    },
    Kept {
        place: Place::Folder(notify::SILENCES),
        decode: decode::<Silence>,
        status: Status::Warning,
        means: "it hides nothing",
        mend: |patient, _, path| aside(patient, path),
    },
    Kept {
        place: Place::Folder(claim::COLLECTION),
        decode: decode::<Claim>,
        status: Status::Warning,
        means: "the order it is of is refused for one more window",
        mend: |patient, _, path| aside(patient, path),
    },
    Kept {
        place: Place::File(watch::key),
        decode: decode::<Watch>,
        status: Status::Warning,
        means: "a gate that insists on a watch refuses every order",
        mend: |patient, _, path| aside(patient, path),
    },
    Kept {
        place: Place::Folder(cooldown::COLLECTION),
        decode: decode::<Cooldown>,
        status: Status::Critical,
        means: "this ticker (%2A is every one) may not be entered; a new cooldown takes its place",
        mend: |patient, name, _| cooldown_again(patient, name),
    },
    Kept {
        place: Place::Folder(orders::COLLECTION),
        decode: decode::<Tracked>,
        status: Status::Warning,
        means: "how this order stands is not known, and its rules cannot judge it",
        mend: |patient, name, _| patient.nija(&format!("orders track {} --symbol SYMBOL", word(name))),
    },
    Kept {
        place: Place::Folder(orders::throttle::COLLECTION),
        decode: decode::<Recent>,
        status: Status::Warning,
        means: "the orders of this strategy are counted anew from the next one on",
        mend: |patient, _, path| aside(patient, path),
    },
    Kept {
        place: Place::File(exposure::book_key),
        decode: decode::<Book>,
        status: Status::Critical,
        means: "PLATFORM_EXPOSURE is not judged",
        mend: |patient, _, _| patient.nija("exposure forget --total"),
    },
    Kept {
        place: Place::Folder(exposure::COLLECTION),
        decode: decode::<Balance>,
        status: Status::Warning,
        means: "this platform is not judged until it is reported again",
        mend: |patient, name, _| patient.nija(&format!("exposure forget {}", word(name))),
    },
    Kept {
        place: Place::File(adoption::key),
        decode: decode::<Adoption>,
        status: Status::Warning,
        means: "ADOPTION_GUARDRAIL is not judged until it is reported again",
        mend: |patient, _, _| patient.nija("adoption forget"),
    },
    Kept {
        place: Place::File(equity::whole),
        decode: decode::<Equity>,
        status: Status::Critical,
        means: "DRAWDOWN and DAILY_LOSS are not judged, and no reading is taken: it held the peak",
        mend: |patient, _, _| patient.nija("equity forget"),
    },
    Kept {
        place: Place::Folder(equity::COLLECTION),
        decode: decode::<Equity>,
        status: Status::Critical,
        means: "DRAWDOWN and DAILY_LOSS are not judged, and no reading is taken: it held the peak",
        mend: |patient, name, _| patient.nija(&format!("equity forget --account {}", word(name))),
    },
    Kept {
        place: Place::File(slippage::summary::key),
        decode: decode::<Summary>,
        status: Status::Warning,
        means: "figures over all time are read from the logs, and take longer",
        mend: |patient, _, _| patient.nija("slippage verify --rebuild"),
    },
];

/// The folders of documents.
pub fn folders() -> impl Iterator<Item = &'static str> {
    KEPT.iter().filter_map(|kept| match kept.place {
        Place::Folder(folder) => Some(folder),
        Place::File(_) => None,
    })
}

/// Every document that is or ought to be there, or which folder cannot be listed and why.
pub fn documents(state: &State<'_>) -> Result<Vec<(Key, &'static Kept)>, (&'static str, Error)> {
    let mut all = Vec::new();
    for kept in KEPT {
        let keys = kept.place.keys(state)?;
        all.extend(keys.into_iter().map(|key| (key, kept)));
    }
    Ok(all)
}

impl Place {
    /// The documents here, by name, or which folder cannot be listed and why.
    pub fn keys(&self, state: &State<'_>) -> Result<Vec<Key>, (&'static str, Error)> {
        match self {
            Self::File(key) => Ok(vec![key()]),
            Self::Folder(folder) => {
                let mut keys = state.backend.list(folder).map_err(|error| (*folder, error))?;
                keys.sort();
                Ok(keys)
            }
        }
    }
}

fn decode<T: Document>(bytes: &[u8]) -> Result<(), Unreadable> {
    document::decode::<T>(bytes).map(drop)
}

/// The command that locks a ticker whose locks cannot be read: moved away and nothing else, the ticker would be free.
pub fn cooldown_again(patient: &Patient<'_>, name: &str) -> String {
    patient.nija(&format!("cooldown activate {} --reason 'its document was damaged'", word(name)))
}

/// A name as one word of a command.
fn word(name: &str) -> String {
    quoted(Path::new(name))
}

/// The command that moves a file aside and keeps its bytes.
pub fn aside(patient: &Patient<'_>, path: &Path) -> String {
    let kept = crate::store::document::corrupt_suffix(patient.context.now());
    let mut to = path.to_owned().into_os_string();
    to.push(format!(".{kept}"));
    format!("mv -n {} {}", quoted(path), quoted(Path::new(&to)))
}
