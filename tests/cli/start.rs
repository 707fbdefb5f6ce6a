//! What every start of the program pays for.

#[test]
fn only_the_c_library_is_loaded() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_nija")).unwrap();
    let named = |library: &str| binary.windows(library.len()).any(|bytes| bytes == library.as_bytes());
    // A tenth of a gate's time each: docs/decisions/0005-start-up.md.
    for library in ["libm.so", "libgcc_s.so", "libpthread.so", "libdl.so"] {
        assert!(!named(&format!("\0{library}")), "{library} is loaded at every start");
    }
}
