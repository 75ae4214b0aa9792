//! Whoever asks.

use std::collections::BTreeMap;

use mission_control_wire::reply::{Me, Session, SessionList};

use super::{Shapes, time};

const NOW: &str = "2024-08-06T06:35:00Z";
const BEFORE: &str = "2024-08-05T08:00:00Z";

pub(crate) fn add(shapes: &mut Shapes) {
    let timestamp = time(NOW);
    let person = Me {
        principal: "maria",
        name: "Maria",
        role: None,
        projects: BTreeMap::from([("default", "viewer"), ("lab", "admin")]),
        project: "default",
        agent: None,
        session: Some("9f86d081884c7d65".to_owned()),
        token: None,
        has_password: Some(true),
        no_auth: false,
        timestamp,
    };
    let program = Me {
        principal: "token:0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
        name: "atlas",
        projects: BTreeMap::from([("lab", "agent")]),
        project: "lab",
        agent: Some("atlas"),
        session: None,
        token: Some("0190a1b2c3d47e5f8a9b0c1d2e3f4a5b".to_owned()),
        has_password: None,
        ..person.clone()
    };
    let anybody = Me {
        principal: "admin",
        name: "Administrator",
        role: Some("admin"),
        projects: BTreeMap::new(),
        session: None,
        has_password: None,
        no_auth: true,
        ..person.clone()
    };
    super::add(shapes, "me", &person);
    super::add(shapes, "me_program", &program);
    super::add(shapes, "me_anybody", &anybody);
    let session = Session {
        id: "9f86d081884c7d65".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        created_at: time(BEFORE),
        last_used_at: time(NOW),
        ends_at: time("2024-08-07T18:35:00Z"),
        current: true,
    };
    super::add(shapes, "sessions", &SessionList { sessions: vec![session], total: 1, timestamp });
}
