//! The order of a graph, or the cycle that leaves it without one.

/// All places, each after those that it depends on, and otherwise as they stand.
///
/// # Errors
/// A cycle: each depends on the next, and the last on the first.
pub(crate) fn order(depends_on: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut open: Vec<usize> = depends_on.iter().map(Vec::len).collect();
    let mut dependants = vec![Vec::new(); depends_on.len()];
    for (step, on) in depends_on.iter().enumerate() {
        for dependency in on {
            dependants[*dependency].push(step);
        }
    }
    // Waves keep the written order among those that become free together.
    let mut order: Vec<usize> = (0..depends_on.len()).filter(|step| open[*step] == 0).collect();
    let mut next = 0;
    while let Some(done) = order.get(next).copied() {
        next += 1;
        for dependant in &dependants[done] {
            open[*dependant] -= 1;
            if open[*dependant] == 0 {
                order.push(*dependant);
            }
        }
    }
    if order.len() == depends_on.len() {
        return Ok(order);
    }
    Err(cycle(depends_on, &open))
}

/// A cycle among the steps that never became free: each of them depends on another such, so that
/// walking along dependencies comes back to a step that was passed.
fn cycle(depends_on: &[Vec<usize>], open: &[usize]) -> Vec<usize> {
    let stuck = |step: &usize| open[*step] > 0;
    let mut way = Vec::new();
    let mut place_in_way = vec![None; depends_on.len()];
    let mut at = (0..depends_on.len()).find(stuck);
    while let Some(step) = at {
        if let Some(start) = place_in_way[step] {
            return way.split_off(start);
        }
        place_in_way[step] = Some(way.len());
        way.push(step);
        at = depends_on[step].iter().copied().find(stuck);
    }
    unreachable!("a step that never became free depends on another such")
}
