//! A gate process starts before each order of many bots: it loads the C library, and nothing beside it.

/// Other libraries of the C library that a program comes to need without anybody deciding so: `libm` by a logarithm,
/// `libgcc_s` by unwinding. Each costs about a tenth of a gate process; src/main.rs and build.rs keep them out.
const UNWANTED: [&str; 2] = ["libm.so.6", "libgcc_s.so.1"];

#[test]
#[cfg(target_env = "gnu")]
fn the_program_loads_no_library_that_it_can_do_without() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_nija")).unwrap();
    for library in UNWANTED {
        let name = [b"\0", library.as_bytes(), b"\0"].concat();
        let found = memchr::memmem::find(&program, &name);
        assert!(found.is_none(), "{library} is loaded at every start: see docs/decisions/0005-start-up.md");
    }
}
