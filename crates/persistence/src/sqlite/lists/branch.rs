//! One walk along one index.

use std::cmp::Ordering;

use mission_control_missions::{ListPlace, ListQuery};
use rusqlite::Connection;

use super::filter::Filter;
use super::fragment;
use super::plan::Source;
use crate::sqlite::fault::Fault;

/// A source, and the order in which it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Branch {
    pub(super) from: Source,
    pub(super) order: Order,
}

/// By what the rows of a branch are sorted; the id decides between equal ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// By id, which is by creation.
    Created,
    /// By id, since all of them have this value.
    All(i64),
    /// By the value of an expression.
    By(&'static str),
}

impl Branch {
    /// The first rows behind the list's place, as (value, id).
    pub(super) fn rows(
        &self,
        connection: &Connection,
        query: &ListQuery,
        filter: &Filter,
        limit: u32,
    ) -> Result<Vec<(i64, String)>, Fault> {
        let Some(span) = self.span(query, filter) else { return Ok(Vec::new()) };
        let mut statement = connection.prepare_cached(&self.sql(query))?;
        span.bind(&mut statement)?;
        span.bind_source(&mut statement, &self.from, limit)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, row.get(1)?));
        }
        Ok(found)
    }

    /// The statement. Its direction and place follow the query, its values are parameters.
    pub(super) fn sql(&self, query: &ListQuery) -> String {
        let (direction, beyond) = if query.sort.descending { ("DESC", "<") } else { ("ASC", ">") };
        let (value, place, order) = match self.order {
            Order::Created => ("m.created_at".to_owned(), String::new(), String::new()),
            Order::All(value) => (value.to_string(), String::new(), String::new()),
            Order::By(expression) => (
                expression.to_owned(),
                match query.after {
                    Some(_) => format!("AND ({expression}, m.id) {beyond} (:value, :place)\n"),
                    None => String::new(),
                },
                format!("{expression} {direction}, "),
            ),
        };
        format!(
            "SELECT {value}, m.id FROM {}\nAND {}{place}ORDER BY {order}m.id {direction}\nLIMIT :limit",
            self.from.sql,
            fragment!("filter"),
        )
    }

    /// The filter with the span of ids that lies behind the place; none when nothing does.
    fn span(&self, query: &ListQuery, filter: &Filter) -> Option<Filter> {
        let Some(place) = query.after else { return Some(filter.clone()) };
        let behind = |place: ListPlace| Some(filter.behind(place.id, query.sort.descending));
        match self.order {
            Order::By(_) => Some(filter.clone()),
            Order::Created => behind(place),
            Order::All(value) => {
                let order = value.cmp(&place.value);
                match if query.sort.descending { order.reverse() } else { order } {
                    Ordering::Less => None,
                    Ordering::Equal => behind(place),
                    Ordering::Greater => Some(filter.clone()),
                }
            }
        }
    }
}
