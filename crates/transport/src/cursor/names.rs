//! Where the next page of something begins that is listed by name, or by number.

use std::str::FromStr;

use mission_control::kernel::ProjectId;
use mission_control::workflows::schedule::ScheduleId;

use super::Signer;

/// A place in a project's list of things with names: the last name that was given.
pub(crate) struct NamesCursor;

/// A place among the ticks of a schedule: the number of the last one that was given.
pub(crate) struct TicksCursor;

impl NamesCursor {
    pub(crate) fn seal(signer: &Signer, list: &str, project: &ProjectId, name: &str) -> String {
        signer.seal(&format!("{list}/{project}"), name.as_bytes())
    }

    pub(crate) fn open<T: FromStr>(
        signer: &Signer,
        list: &str,
        project: &ProjectId,
        text: &str,
    ) -> Option<T> {
        let bytes = signer.open(&format!("{list}/{project}"), text)?;
        String::from_utf8(bytes).ok()?.parse().ok()
    }
}

impl TicksCursor {
    pub(crate) fn seal(signer: &Signer, schedule: ScheduleId, n: i64) -> String {
        signer.seal(&format!("ticks/{schedule}"), &n.to_be_bytes())
    }

    pub(crate) fn open(signer: &Signer, schedule: ScheduleId, text: &str) -> Option<i64> {
        let bytes = signer.open(&format!("ticks/{schedule}"), text)?;
        Some(i64::from_be_bytes(bytes.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_belongs_to_its_list_and_its_project() {
        let signer = Signer::new(b"key");
        let [lab, home] = ["lab", "home"].map(|name| name.parse::<ProjectId>().unwrap());
        let text = NamesCursor::seal(&signer, "templates", &lab, "dive");
        let read = |list, project| NamesCursor::open::<String>(&signer, list, project, &text);
        assert_eq!(read("templates", &lab).as_deref(), Some("dive"));
        assert_eq!(read("templates", &home), None);
        assert_eq!(read("schedules", &lab), None);
        let [one, other] = [1, 2].map(|digit| {
            format!("019126f4-5d40-7000-8000-00000000000{digit}").parse::<ScheduleId>().unwrap()
        });
        let text = TicksCursor::seal(&signer, one, 7);
        assert_eq!(TicksCursor::open(&signer, one, &text), Some(7));
        assert_eq!(TicksCursor::open(&signer, other, &text), None);
    }
}
