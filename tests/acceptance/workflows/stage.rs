//! A server on either store, and an agent that takes what is ready.

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::eventually;
use mission_control_tests::kills::Engine;
use serde_json::{Value, json};

use crate::house::{Control, House, LONG, text};

/// A server without a worker, where it keeps what it knows, and its only agent.
pub(super) struct Stage {
    pub(super) control: Control,
    agent: String,
    postgres: Option<PrivatePostgres>,
    // Last, so that whoever writes into it has ended when it is deleted.
    house: House,
}

/// A mission that the agent holds.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) id: String,
    pub(super) step: String,
    pub(super) input: Value,
    pub(super) dependencies: Value,
    lease: Value,
}

/// Runs `check` on a stage of its own for each store.
pub(super) async fn on_both(check: impl AsyncFn(&mut Stage) -> Result<()>) -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut stage = Stage::open(engine).await?;
        check(&mut stage).await.with_context(|| format!("on {engine}"))?;
    }
    Ok(())
}

impl Stage {
    async fn open(engine: Engine) -> Result<Self> {
        let house = House::new()?;
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(PrivatePostgres::start(Durability::Relaxed).await?),
        };
        let control = start(&house, postgres.as_ref()).await?;
        let body = json!({"name": "atlas", "type": "worker", "max_concurrent": 16});
        let made = control.admin.post("/api/agents", &body).await?.expect(StatusCode::CREATED)?;
        let agent = text(&made["agent"]["id"])?;
        Ok(Self { control, agent, postgres, house })
    }

    /// SIGKILL for the server, and another one on what it left behind.
    pub(super) async fn kill_server(&mut self) -> Result<()> {
        self.control.server.kill_hard()?;
        self.control = start(&self.house, self.postgres.as_ref()).await?;
        Ok(())
    }

    /// Keeps the definition of a workflow.
    pub(super) async fn define(&self, name: &str, steps: Value) -> Result<Value> {
        let body = json!({"name": name, "steps": steps});
        let made = self.control.admin.post("/api/workflows", &body).await?;
        Ok(made.expect(StatusCode::CREATED)?["workflow"].clone())
    }

    /// Launches a run, by its id.
    pub(super) async fn launch(&self, name: &str, body: Value) -> Result<String> {
        let path = format!("/api/workflows/{name}/runs");
        // A store on a busy machine may say that it does not know; the key makes asking again safe.
        let made = eventually("the run is launched", LONG, async || {
            let call = self.control.admin.request(Method::POST, &path);
            let call = call.header("idempotency-key", name).json(&body);
            let made = call.send().await.map_err(|error| format!("{error:#}"))?;
            made.expect(StatusCode::CREATED).map_err(|error| format!("{error:#}"))
        })
        .await;
        text(&made["run_id"])
    }

    /// Defines a workflow of these steps and launches it.
    pub(super) async fn run_of(&self, steps: Value) -> Result<String> {
        self.define("flow", steps).await?;
        self.launch("flow", json!({})).await
    }

    pub(super) async fn run(&self, id: &str) -> Result<Value> {
        let got = self.control.admin.get(&format!("/api/runs/{id}")).await?;
        Ok(got.expect(StatusCode::OK)?["run"].clone())
    }

    /// Asks something of a run.
    pub(super) async fn ask_run(&self, id: &str, what: &str) -> Result<Value> {
        let path = format!("/api/runs/{id}/{what}");
        let got = self.control.admin.post(&path, &json!({})).await?;
        Ok(got.expect(StatusCode::OK)?["run"].clone())
    }

    /// The run, once its steps stand like this: `a completed, b pending`.
    pub(super) async fn run_with(&self, id: &str, steps: &str) -> Value {
        eventually(&format!("the steps stand as {steps}"), LONG, async || {
            let run = self.run(id).await.map_err(|error| format!("{error:#}"))?;
            if standing(&run) == steps { Ok(run) } else { Err(run.to_string()) }
        })
        .await
    }

    /// The mission of a step.
    pub(super) async fn mission_of(&self, run: &str, step: &str) -> Result<String> {
        let run = self.run(run).await?;
        let mut steps = run["steps"].as_array().into_iter().flatten();
        let found =
            steps.find(|it| it["key"] == step).with_context(|| format!("no step {step}"))?;
        text(&found["mission_id"])
    }

    /// The next mission that is ready, taken by the agent.
    pub(super) async fn take(&self) -> Result<Taken> {
        let asked = json!({"wait_seconds": 30, "lease_seconds": 600});
        let claimed = eventually("something is ready", LONG, async || {
            let claimed = self.control.ask(&self.agent, "claim", &asked).await;
            let claimed = claimed.map_err(|error| format!("{error:#}"))?["missions"][0].clone();
            if claimed.is_null() { Err("nothing".to_owned()) } else { Ok(claimed) }
        })
        .await;
        taken(&claimed)
    }

    /// The mission of this step, which is the only one that is ready.
    pub(super) async fn take_step(&self, step: &str) -> Result<Taken> {
        let taken = self.take().await?;
        anyhow::ensure!(taken.step == step, "{step} was due, and {taken:?} came");
        Ok(taken)
    }

    /// Whether the agent gets nothing now.
    pub(super) async fn nothing_is_ready(&self) -> Result<bool> {
        let claimed = self.control.ask(&self.agent, "claim", &json!({})).await?;
        Ok(claimed["missions"] == json!([]))
    }

    pub(super) async fn complete(&self, taken: &Taken, result: Value) -> Result<()> {
        self.report(taken, json!({"kind": "complete", "result": result})).await
    }

    /// Ends the step for good.
    pub(super) async fn fail(&self, taken: &Taken) -> Result<()> {
        let how = json!({"kind": "fail", "class": "invalid_input", "error_message": "no luck"});
        self.report(taken, how).await
    }

    pub(super) async fn report(&self, taken: &Taken, mut report: Value) -> Result<()> {
        report["mission_id"] = json!(taken.id);
        report["lease_id"] = taken.lease.clone();
        let told = self.control.ask(&self.agent, "report", &json!({"reports": [report]})).await?;
        anyhow::ensure!(told["outcomes"][0]["ok"] == true, "{told}");
        Ok(())
    }

    /// What a heartbeat for it is told.
    pub(super) async fn beat(&self, taken: &Taken) -> Result<Value> {
        let held = json!([{"mission_id": taken.id, "lease_id": taken.lease}]);
        self.control.ask(&self.agent, "heartbeat", &json!({"running": held})).await
    }

    /// A mission below the one that the agent performs, by its id.
    pub(super) async fn child(&self, parent: &Taken, body: Value) -> Result<String> {
        let path = format!("/api/missions/{}/children", parent.id);
        let made = self.control.admin.post(&path, &body).await?.expect(StatusCode::CREATED)?;
        text(&made["mission_id"])
    }
}

/// How the steps of a run stand, in a line.
pub(super) fn standing(run: &Value) -> String {
    let steps = run["steps"].as_array().into_iter().flatten();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = steps.map(|step| format!("{} {}", word(&step["key"]), word(&step["status"])));
    words.collect::<Vec<_>>().join(", ")
}

fn taken(claimed: &Value) -> Result<Taken> {
    let mission = &claimed["mission"];
    Ok(Taken {
        id: text(&mission["id"])?,
        step: mission["step_key"].as_str().unwrap_or_default().to_owned(),
        input: mission["input"].clone(),
        dependencies: claimed["dependencies"].clone(),
        lease: claimed["lease_id"].clone(),
    })
}

async fn start(house: &House, postgres: Option<&PrivatePostgres>) -> Result<Control> {
    match postgres {
        None => house.start_with(&["--no-worker"]).await,
        Some(postgres) => house.start_on(&postgres.dsn(), &["--no-worker"]).await,
    }
}
