//! The name that somebody probably meant.

/// How many slips a name may hold: one in three characters, beyond which a guess only misleads.
const CHARS_PER_SLIP: usize = 3;

/// What all our variables begin with; a slip from one to the other is common and weighs nothing.
pub(super) const PREFIXES: [&str; 2] = ["MISSION_CONTROL_", "MISSION_DASHBOARD_"];

/// The one of `known` that differs least from `name`, if any is close.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let asked = telling_part(name);
    let slips = asked.chars().count() / CHARS_PER_SLIP;
    known
        .map(|candidate| (strsim::damerau_levenshtein(asked, telling_part(&candidate)), candidate))
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map(|(_, candidate)| candidate)
}

fn telling_part(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_a_stranger_is_not() {
        let known = || ["MISSION_DASHBOARD_PORT", "MISSION_CONTROL_DATA_DIR"].map(str::to_owned);
        for (name, meant) in [
            ("MISSION_DASHBOARD_PROT", Some("MISSION_DASHBOARD_PORT")),
            ("MISSION_CONTROL_PORT", Some("MISSION_DASHBOARD_PORT")),
            ("MISSION_CONTROL_DATADIR", Some("MISSION_CONTROL_DATA_DIR")),
            ("MISSION_CONTROL_COLOUR", None),
            ("MISSION_CONTROL_", None),
        ] {
            assert_eq!(nearest(name, known().into_iter()).as_deref(), meant, "{name}");
        }
    }
}
