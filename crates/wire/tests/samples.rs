//! What is shown as a request is one.

use std::path::PathBuf;

use mission_control_wire::request::{
    AppendLogs, BatchCreate, Bulk, Cancel, CancelRun, ChangePassword, Claim, Complete,
    CreateMission, CreateProject, CreateSchedule, CreateTemplate, CreateToken, CreateUser,
    CreateWorkflow, Fail, Heartbeat, LaunchRun, LaunchTemplate, PatchMission, PatchUser, Progress,
    PutMember, PutSchedule, PutTemplate, Reason, RegisterAgent, Reports, SetQueue, SignIn, SignOut,
    Start,
};
use mission_control_wire::{Body, decode, sample};

fn is<T: Body>(text: &str) -> Result<(), String> {
    decode::<T>(text.as_bytes()).map(|_| ()).map_err(|error| error.to_string())
}

/// The operation, and what its body is read as.
type Reader = fn(&str) -> Result<(), String>;

const READERS: [(&str, Reader); 35] = [
    ("append_logs", is::<AppendLogs>),
    ("bulk_missions", is::<Bulk>),
    ("cancel_mission", is::<Cancel>),
    ("cancel_run", is::<CancelRun>),
    ("change_password", is::<ChangePassword>),
    ("claim", is::<Claim>),
    ("complete_mission", is::<Complete>),
    ("create_child", is::<CreateMission>),
    ("create_mission", is::<CreateMission>),
    ("create_missions", is::<BatchCreate>),
    ("create_project", is::<CreateProject>),
    ("create_schedule", is::<CreateSchedule>),
    ("create_template", is::<CreateTemplate>),
    ("create_token", is::<CreateToken>),
    ("create_user", is::<CreateUser>),
    ("create_workflow", is::<CreateWorkflow>),
    ("discard_mission", is::<Reason>),
    ("edit_mission", is::<PatchMission>),
    ("edit_user", is::<PatchUser>),
    ("fail_mission", is::<Fail>),
    ("heartbeat", is::<Heartbeat>),
    ("hold_mission", is::<Reason>),
    ("launch_run", is::<LaunchRun>),
    ("launch_template", is::<LaunchTemplate>),
    ("login", is::<SignIn>),
    ("logout", is::<SignOut>),
    ("pause_schedule", is::<Reason>),
    ("progress_mission", is::<Progress>),
    ("put_member", is::<PutMember>),
    ("put_schedule", is::<PutSchedule>),
    ("put_template", is::<PutTemplate>),
    ("register_agent", is::<RegisterAgent>),
    ("report", is::<Reports>),
    ("set_queue", is::<SetQueue>),
    ("start_mission", is::<Start>),
];

#[test]
fn every_request_that_is_shown_is_taken() {
    for (operation, reader) in READERS {
        let text = sample::request(operation).unwrap_or_else(|| panic!("{operation} shows none"));
        assert_eq!(reader(text), Ok(()), "{operation}");
    }
}

#[test]
fn every_file_is_shown() {
    let folder = |name: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    type Find = fn(&str) -> Option<&'static str>;
    for (name, find) in [("bodies", sample::request as Find), ("golden", sample::reply)] {
        for entry in std::fs::read_dir(folder(name)).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let stem = file.strip_suffix(".json").unwrap();
            assert!(find(stem).is_some(), "{name}/{file}");
        }
    }
    assert!(READERS.iter().all(|(operation, _)| sample::request(operation).is_some()));
}
