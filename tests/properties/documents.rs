//! Documents and stop-file lines come back as they were written, unknown fields included; newer majors are refused.

use nija::domain::document::{Document, Unreadable, decode, encode};
use nija::domain::heartbeat::Heartbeat;
use nija::domain::killswitch::KillSwitch;
use nija::domain::operator::Operators;
use nija::domain::sentinel::{RESERVE_LEN, parse, reserve};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};

use super::make;

fn round_trip<T: Document + PartialEq + std::fmt::Debug>(document: &T) {
    let bytes = encode(document).unwrap();
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(document));
    assert_eq!(bytes.last(), Some(&b'\n'));
    assert_eq!(
        encode(&decode::<T>(&bytes).unwrap()).unwrap(),
        bytes,
        "a rewrite that changes nothing changes bytes"
    );
}

fn json<T: Document>(document: &T) -> Value {
    serde_json::from_slice(&encode(document).unwrap()).unwrap()
}

/// Reads a document with these fields added at `pointer`, writes it again, and returns what is there then.
fn rewritten<T: Document>(document: &T, pointer: &str, extra: &Map<String, Value>) -> (Value, Value) {
    let mut value = json(document);
    if let Some(object) = value.pointer_mut(pointer).and_then(Value::as_object_mut) {
        object.extend(extra.clone());
    }
    let again = decode::<T>(value.to_string().as_bytes()).unwrap();
    (json(&again), value)
}

fn version_of<T: Document>(document: &T, version: &str) -> Result<T, Unreadable> {
    let mut value = json(document);
    value["version"] = version.into();
    decode(value.to_string().as_bytes())
}

fn judges_versions<T: Document + std::fmt::Debug>(document: &T, major: u32, minor: u32) {
    let newer = format!("{}.{minor}", major.max(2));
    assert_eq!(version_of(document, &newer).map(|_| ()), Err(Unreadable::Newer(newer.clone())));
    assert!(version_of(document, &format!("1.{minor}")).is_ok());
    for bad in ["", "1", "one.two", "1.", ".1", "1.0.0", "-1.0", " 1.0"] {
        assert!(matches!(version_of(document, bad), Err(Unreadable::Corrupt(_))), "{bad:?}");
    }
    // A newer major version may have changed everything else.
    let strange = format!("{{\"format\":\"{}\",\"version\":\"{newer}\",\"revision\":\"seven\"}}", T::FORMAT);
    assert!(matches!(decode::<T>(strange.as_bytes()), Err(Unreadable::Newer(_))));
    let other = format!("{{\"format\":\"nija.other\",\"version\":\"{newer}\"}}");
    assert!(matches!(decode::<T>(other.as_bytes()), Err(Unreadable::Corrupt(_))));
}

proptest! {
    // A handful of documents each, written and read many times over: fewer cases cover as much.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn unknown_fields_survive_a_rewrite(
        killswitch in make::killswitch(), operators in make::operators(), client in make::client(), extra in make::extra(),
        expectation in make::expectation(), observations in make::observations(),
    ) {
        let mut pairs = vec![
            rewritten(&killswitch, "", &extra),
            rewritten(&operators, "", &extra),
            rewritten(&client, "", &extra),
            rewritten(&expectation, "", &extra),
            rewritten(&observations, "", &extra),
        ];
        for part in ["/beat", "/run", "/price"] {
            pairs.push(rewritten(&client, part, &extra));
        }
        for part in ["/terms", "/paused"] {
            pairs.push(rewritten(&expectation, part, &extra));
        }
        for at in 0..killswitch.halts.len() {
            pairs.push(rewritten(&killswitch, &format!("/halts/{at}"), &extra));
            pairs.push(rewritten(&killswitch, &format!("/halts/{at}/cause"), &extra));
        }
        for at in 0..killswitch.requests.len() {
            pairs.push(rewritten(&killswitch, &format!("/requests/{at}"), &extra));
        }
        for name in operators.operators.keys() {
            let name = name.replace('~', "~0").replace('/', "~1");
            pairs.push(rewritten(&operators, &format!("/operators/{name}"), &extra));
        }
        for (written, read) in pairs {
            prop_assert_eq!(written, read);
        }
    }

    #[test]
    fn newer_majors_are_refused_and_minors_accepted(
        killswitch in make::killswitch(), operators in make::operators(), client in make::client(),
        expectation in make::expectation(), observations in make::observations(), major: u32, minor: u32,
    ) {
        judges_versions(&expectation, major, minor);
        judges_versions(&observations, major, minor);
        judges_versions(&killswitch, major, minor);
        judges_versions(&operators, major, minor);
        judges_versions(&client, major, minor);
    }
}

proptest! {
    #[test]
    fn documents_come_back(
        killswitch in make::killswitch(), operators in make::operators(), client in make::client(),
        expectation in make::expectation(), observations in make::observations(),
    ) {
        round_trip(&expectation);
        round_trip(&observations);
        round_trip(&killswitch);
        round_trip(&operators);
        round_trip(&client);
    }

    #[test]
    fn a_document_of_one_type_is_not_one_of_another(killswitch in make::killswitch(), client in make::client()) {
        prop_assert!(decode::<Operators>(&encode(&killswitch).unwrap()).is_err());
        prop_assert!(decode::<KillSwitch>(&encode(&client).unwrap()).is_err());
        prop_assert!(decode::<Heartbeat>(&encode(&killswitch).unwrap()).is_err());
    }

    #[test]
    fn half_a_document_is_none(killswitch in make::killswitch(), part: Index) {
        let bytes = encode(&killswitch).unwrap();
        let cut = part.index(bytes.len() - 2);
        prop_assert!(matches!(decode::<KillSwitch>(&bytes[..cut]), Err(Unreadable::Corrupt(_))));
        let mut zeroed = bytes;
        zeroed[cut] = 0;
        prop_assert!(decode::<KillSwitch>(&zeroed).is_err());
    }

    #[test]
    fn stop_file_lines_come_back(activations in vec(make::activation(), 0..4), torn in 0usize..40) {
        let mut bytes: Vec<u8> = activations.iter().flat_map(|activation| activation.line()).collect();
        prop_assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), activations.len(), "one line each");
        prop_assert_eq!(&parse(&bytes).activations, &activations);
        // What follows a torn line on its own line is still read.
        let line = make::total("h-last", chrono::DateTime::UNIX_EPOCH).line();
        bytes.extend_from_slice(&line[..torn.min(line.len() - 2)]);
        bytes.push(b'\n');
        bytes.extend_from_slice(&line);
        prop_assert_eq!(parse(&bytes).activations.len(), activations.len() + 1);
    }

    #[test]
    fn a_cause_written_over_the_reserve_is_read(activation in make::activation()) {
        let mut block = activation.line();
        block.pop();
        block.resize(RESERVE_LEN - 1, b' ');
        block.push(b'\n');
        let content = parse(&block);
        prop_assert_eq!(content.activations, vec![activation.clone()]);
        prop_assert!(!content.reserve && content.foreign.is_empty());
        let mut joined = reserve();
        joined.extend_from_slice(&activation.line());
        prop_assert!(parse(&joined).reserve && parse(&joined).activations == [activation]);
    }

    #[test]
    fn a_line_of_another_format_is_somebody_elses(version in "[0-9.]{0,4}") {
        let mut line = make::unknown_line();
        line["version"] = version.into();
        let content = parse(line.to_string().as_bytes());
        prop_assert!(content.is_foreign() && !content.reserve, "{:?}", content);
        prop_assert_eq!(content.foreign, line.to_string());
    }
}
