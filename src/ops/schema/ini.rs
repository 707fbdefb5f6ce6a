//! Configuration files of Alembic: sections of `name = value`, as Python's configparser reads them.

/// A section with its values, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    values: Vec<(String, String)>,
}

impl Section {
    /// A value, `%(here)s` still in it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a file; what is not understood is passed over. Values of `[DEFAULT]` are part of every section.
pub fn read(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            sections.push(Section { name: name.0.trim().to_owned(), values: Vec::new() });
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        let value = section.values.last_mut().filter(|_| line.starts_with([' ', '\t']));
        if let Some((_, value)) = value {
            value.push('\n');
            value.push_str(bare);
        } else if let Some((name, value)) = bare.split_once(['=', ':']) {
            let value = value.split(" ;").next().unwrap_or(value);
            section.values.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    let defaults: Vec<_> =
        sections.iter().filter(|section| section.name == "DEFAULT").flat_map(|s| s.values.clone()).collect();
    for section in &mut sections {
        section.values.splice(0..0, defaults.iter().cloned());
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_as_python_reads_them() {
        let sections = read(
            "# x\nlost = 1\n[DEFAULT]\nbase = b\n[alembic]\nscript_location = %(here)s/alembic ; where\n\
             version_locations =\n    a\n    b\n; y\nSQLAlchemy.URL: driver://\n[logger]\n",
        );
        let names: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["DEFAULT", "alembic", "logger"]);
        let alembic = sections.get(1).unwrap();
        assert_eq!(alembic.get("script_location"), Some("%(here)s/alembic"));
        assert_eq!(alembic.get("version_locations"), Some("\na\nb"));
        assert_eq!(alembic.get("sqlalchemy.url"), Some("driver://"));
        assert_eq!((alembic.get("base"), alembic.get("none")), (Some("b"), None));
    }
}
