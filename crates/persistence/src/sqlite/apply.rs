//! Requests of one transaction: look up their receipts, load, fold, write, keep the answers.

use std::collections::{BTreeSet, HashMap};

use mission_control_kernel::{LeaseId, MissionId, RunId};
use mission_control_missions::{
    AttemptOutcome, Mission, Receipt, Refusal, Standing, Verdict, dependency,
};
use rusqlite::OptionalExtension as _;

use super::fault::Fault;
use super::job::Asked;
use super::load::mission;
use super::receipts::{keep, kept_answer};
use super::runs::{newest_ask, run};
use super::sql;
use super::write::write;
use super::writer::Tx;
use crate::batch::{Answer, Fold, Needs, Runs, unknown_dependencies};
use crate::row::Reader;

/// Gives each request its verdict.
pub(super) fn apply(tx: &mut Tx<'_>, asked: &mut [&mut Asked]) -> Result<(), Fault> {
    for asked in &mut *asked {
        asked.verdict = match &asked.request.receipt {
            Some(receipt) => answered_before(tx, receipt)?,
            None => None,
        };
    }
    let mut fresh: Vec<&mut Asked> = asked
        .iter_mut()
        .filter(|asked| asked.verdict.is_none())
        .map(|asked| &mut **asked)
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let (missions, past) = load(tx, &fresh)?;
    let standings = standings(tx, &missions, &fresh)?;
    let mut fold = Fold::over(missions, past, tx.now, tx.chance)
        .knowing(standings)
        .with_runs(runs(tx, &fresh)?);
    let answers: Vec<Answer> =
        fresh.iter().map(|Asked { request, .. }| fold.act(&request.action, &request.by)).collect();
    write(tx, fold.into_writes())?;
    for (asked, answer) in fresh.iter_mut().zip(answers) {
        let verdict = match answer {
            Ok(outcome) => {
                let rendered = match &asked.request.receipt {
                    Some(receipt) => {
                        let rendered = (receipt.render)(&outcome);
                        keep(tx, receipt, &rendered)?;
                        Some(rendered)
                    }
                    None => None,
                };
                Verdict::Done(outcome, rendered)
            }
            Err(refusal) => Verdict::Refused(refusal),
        };
        asked.verdict = Some(verdict);
    }
    Ok(())
}

type Past = HashMap<(MissionId, LeaseId), AttemptOutcome>;

/// The missions and past attempts that the requests look at.
fn load(tx: &Tx<'_>, asked: &[&mut Asked]) -> Result<(Vec<Mission>, Past), Fault> {
    let (mut ids, mut past) = (BTreeSet::new(), Past::new());
    for asked in asked {
        let needs = Needs::of(&asked.request.action);
        ids.extend(needs.missions);
        if let Some(attempt) = needs.attempt
            && let Some(outcome) = past_outcome(tx, attempt)?
        {
            past.insert(attempt, outcome);
        }
    }
    let mut missions = Vec::with_capacity(ids.len());
    for id in ids {
        missions.extend(mission(tx.connection, id)?);
    }
    Ok((missions, past))
}

/// The runs that the requests are about.
fn runs(tx: &Tx<'_>, asked: &[&mut Asked]) -> Result<Runs, Fault> {
    let ids: BTreeSet<RunId> =
        asked.iter().filter_map(|asked| Needs::of(&asked.request.action).run).collect();
    let mut runs = Vec::with_capacity(ids.len());
    for id in ids {
        runs.extend(run(tx.connection, id)?);
    }
    let asked = asked.iter().filter_map(|asked| Needs::of(&asked.request.action).asked);
    let mut waiting = HashMap::new();
    for id in asked {
        waiting.extend(newest_ask(tx.connection, id)?.map(|what| (id, what)));
    }
    Ok(Runs::over(runs, waiting))
}

/// How the dependencies stand of what is to be retried.
fn standings(
    tx: &Tx<'_>,
    loaded: &[Mission],
    asked: &[&mut Asked],
) -> Result<HashMap<MissionId, Standing>, Fault> {
    let retried = asked.iter().filter_map(|asked| Needs::of(&asked.request.action).retried);
    let mut standings = HashMap::new();
    for id in unknown_dependencies(loaded, retried) {
        let found = mission(tx.connection, id)?;
        standings.extend(found.map(|found| (id, dependency::standing(&found))));
    }
    Ok(standings)
}

fn past_outcome(
    tx: &Tx<'_>,
    (mission, lease): (MissionId, LeaseId),
) -> Result<Option<AttemptOutcome>, Fault> {
    let id = mission.to_string();
    let outcome: Option<String> = tx
        .connection
        .prepare_cached(sql!("past_attempt"))?
        .query_row((&id, lease.number()), |row| row.get(0))
        .optional()?;
    let reader = Reader { table: "attempts", row: &id };
    Ok(reader.parse_some("outcome", outcome.as_deref())?)
}

/// What was answered under this key before, if anything.
fn answered_before(tx: &Tx<'_>, receipt: &Receipt) -> Result<Option<Verdict>, Fault> {
    let found = kept_answer(tx.connection, &receipt.project, &receipt.principal, &receipt.key)?;
    Ok(found.map(|kept| {
        if kept.request_digest == receipt.request_digest {
            Verdict::Replayed(kept.rendered)
        } else {
            Verdict::Refused(Refusal::KeyReused)
        }
    }))
}
