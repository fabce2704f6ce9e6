//! Pass 3, order: neighbours with a common operand become one step, and the steps come in an order that keeps few values alive.

mod neighbours;
mod schedule;

use crate::compile::plan::Plan;
use crate::compile::views::Views;

/// The plan in a better order; `views` says which values will need no memory of their own.
pub(crate) fn order(plan: &mut Plan, views: impl Fn(&Plan) -> Views) {
    neighbours::join(plan);
    let views = views(plan);
    schedule::schedule(plan, &views);
}
