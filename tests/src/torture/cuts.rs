//! R20, the other half: the cable to the database is cut at every statement of an operation, before it
//! arrives and behind it. Whatever the client is told, what is left is all of the operation or nothing
//! of it, and asking again makes it whole.

mod operation;

use anyhow::{Context, Result};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use serde_json::json;

use super::agent::Agent;
use super::audit;
use super::cable::{Cable, Cut, address_in};
use super::findings::Findings;
use super::ground::{Ground, create};
use operation::{Bench, Subject};

pub use operation::Operation;

/// No operation has more statements; one that seems to would go on for ever.
const MOST_STATEMENTS: u64 = 200;

/// Cuts each of these operations at each of its statements.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the findings.
pub async fn run(operations: &[Operation]) -> Result<Findings> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    let dsn = database.dsn();
    let cable = Cable::before(address_in(&dsn)?).await?;
    let mut ground = Ground::empty(None)?;
    ground.add_server(Some(&cable.through(&dsn)?)).await?;
    let door = ground.doors[0].clone();
    let agent = Agent::register(&door, "whose cable is cut", 1_000).await?;
    let mut bench = Bench::new(door, agent);
    let mut findings = Findings::default();
    for operation in operations {
        let mut subjects = Vec::new();
        for cut in [Cut::Before, Cut::Behind] {
            let statements = bench.statements_of(*operation, &cable).await?;
            anyhow::ensure!((1..=MOST_STATEMENTS).contains(&statements), "{statements} statements");
            for at in 1..=statements {
                let subject = one(&mut bench, &cable, *operation, (at, cut), &mut findings).await;
                let subject = subject.with_context(|| format!("{operation:?} cut {cut:?} {at}"))?;
                let halves = audit::half_done(&database).await?;
                let halves =
                    halves.into_iter().map(|half| format!("{operation:?} {cut:?} {at}: {half}"));
                findings.violate_all(halves);
                subjects.push(subject);
            }
        }
        for subject in &subjects {
            findings.violate_all(bench.made_whole(*operation, subject).await?);
        }
        findings.violate_all(audit::half_done(&database).await?);
    }
    if findings.counted("cuts") == 0 {
        findings.blind.push("blind: nothing was cut".to_owned());
    }
    let halved = halved(&bench, &database).await?;
    findings.control("half of a claim", halved);
    Ok(findings)
}

/// One operation, cut at one statement.
async fn one(
    bench: &mut Bench,
    cable: &Cable,
    operation: Operation,
    (at, cut): (u64, Cut),
    findings: &mut Findings,
) -> Result<Subject> {
    let subject = bench.prepare(operation).await?;
    cable.arm(at, cut);
    let answer = bench.act(operation, &subject).await;
    let (_, is_cut) = cable.disarm();
    let answer = answer?;
    findings.count("cuts", usize::from(is_cut));
    findings.count("answered_all_the_same", usize::from(is_cut && answer.is_done));
    findings.count("refused", usize::from(!answer.is_done));
    if let Some(what) = &answer.wrong {
        findings.violate(format!("{operation:?} {cut:?} {at}: {what}"));
    }
    let found = bench.is_whole_or_nothing(operation, &subject, &answer).await?;
    findings.violate_all(found.into_iter().map(|it| format!("{operation:?} {cut:?} {at}: {it}")));
    Ok(subject)
}

/// The control: a claim of which somebody takes the lease away.
async fn halved(bench: &Bench, database: &PrivatePostgres) -> Result<usize> {
    let door = &bench.door;
    create(door, &json!({"title": "halved", "kind": "halved"})).await?;
    let want = json!({"kinds": ["halved"], "wait_seconds": 30, "lease_seconds": 600});
    let held = bench.agent.claim(&want).await?.pop().context("it is there to be claimed")?;
    audit::halve(database, &held.mission).await?;
    Ok(audit::half_done(database).await?.len())
}
