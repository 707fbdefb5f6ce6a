//! Stop files: whatever somebody wrote into one, it is read, adopted once, and halts everything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nija::domain::killswitch::KillSwitch;
use nija::domain::sentinel::{Found, parse};

fuzz_target!(|bytes: &[u8]| {
    let content = parse(bytes);
    assert!(content.foreign.chars().count() <= 200 && !content.foreign.chars().any(char::is_control));
    let lines: Vec<u8> = content.activations.iter().flat_map(|activation| activation.line()).collect();
    assert_eq!(parse(&lines).activations, content.activations);

    let mut killswitch = KillSwitch::new(Default::default());
    let file = Found { uid: 0, at: Default::default(), text: String::new() };
    let mut count = 0;
    let mut new_id = || {
        count += 1;
        format!("new-{count}")
    };
    killswitch.adopt(&content, &file, None, "host", &mut new_id);
    assert!(killswitch.needs_stop_file() && killswitch.has_adopted(&content, &file));
    let once = killswitch.clone();
    assert_eq!(killswitch.adopt(&content, &file, None, "host", &mut new_id), []);
    assert_eq!(killswitch, once);
});
