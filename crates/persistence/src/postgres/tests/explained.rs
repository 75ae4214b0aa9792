//! Plans as PostgreSQL explains them.

use std::fmt;

use serde_json::Value;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

/// One node of a plan.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::postgres) struct Node {
    /// What it does.
    pub(in crate::postgres) kind: String,
    /// The table that it reads.
    pub(in crate::postgres) table: Option<String>,
    /// Rows that it looked at, in all loops together, those that it left out included; 0 in a plan
    /// that was not carried out.
    pub(in crate::postgres) looked_at: i64,
}

/// A plan.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::postgres) struct Plan {
    pub(in crate::postgres) nodes: Vec<Node>,
    /// As a whole, to be shown when it is not as it should be.
    whole: Value,
}

impl Plan {
    /// The plan that a prepared statement always has, whatever its parameters.
    pub(in crate::postgres) async fn generic(session: &Client, sql: &str) -> Self {
        let parameters = session.prepare(sql).await.unwrap().params().len();
        let nulls = vec!["NULL"; parameters].join(", ");
        let arguments = if parameters == 0 { String::new() } else { format!("({nulls})") };
        session.batch_execute(&format!("PREPARE explained AS {sql}")).await.unwrap();
        let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE explained{arguments}");
        let plan = Self::of(&session.query_one(&explain, &[]).await.unwrap().get(0));
        session.batch_execute("DEALLOCATE explained").await.unwrap();
        plan
    }

    /// The plan for these parameters, carried out.
    pub(in crate::postgres) async fn carried_out(
        session: &Client,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Self {
        let sql = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}");
        Self::of(&session.query_one(&sql, parameters).await.unwrap().get(0))
    }

    /// Whether a table is read from its first row to its last.
    pub(in crate::postgres) fn reads_whole(&self, table: &str) -> bool {
        let of_table = |node: &&Node| node.table.as_deref() == Some(table);
        self.nodes.iter().filter(of_table).any(|node| node.kind == "Seq Scan")
    }

    /// Rows of a table that were looked at.
    pub(in crate::postgres) fn looked_at(&self, table: &str) -> i64 {
        let of_table = self.nodes.iter().filter(|node| node.table.as_deref() == Some(table));
        of_table.map(|node| node.looked_at).sum()
    }

    fn of(explained: &Value) -> Self {
        let mut nodes = Vec::new();
        walk(&explained[0]["Plan"], &mut nodes);
        assert!(!nodes.is_empty(), "no plan in {explained}");
        Self { nodes, whole: explained[0]["Plan"].clone() }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.whole)
    }
}

fn walk(plan: &Value, nodes: &mut Vec<Node>) {
    let number = |name: &str| plan[name].as_f64().unwrap_or(0.0);
    let rows = number("Actual Rows")
        + number("Rows Removed by Filter")
        + number("Rows Removed by Index Recheck");
    #[expect(clippy::cast_possible_truncation, reason = "whole rows, far below 2^53")]
    nodes.push(Node {
        kind: plan["Node Type"].as_str().unwrap_or_default().to_owned(),
        table: plan["Relation Name"].as_str().map(str::to_owned),
        looked_at: (rows * number("Actual Loops")) as i64,
    });
    for inner in plan["Plans"].as_array().into_iter().flatten() {
        walk(inner, nodes);
    }
}
