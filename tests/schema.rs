//! Pairs of versions of a project with what `nija schema check` says of each, and laws that hold for all of them.

#[cfg(test)]
mod schema {
    mod case;
    mod corpus;
    mod page;
    mod policy;
    mod properties;
    mod reformat;
    mod settings;
    mod told;
}
