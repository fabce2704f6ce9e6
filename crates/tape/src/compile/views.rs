//! Which values are part of others: reshaped or sliced, they need no copy.

use crate::compile::plan::{Content, Plan, Planned};
use crate::exec::Action;

/// For every value, the value whose memory holds it, and from which element on. A value that is no view holds itself.
pub(crate) struct Views {
    pub(crate) root: Vec<u32>,
    pub(crate) start: Vec<usize>,
}

impl Views {
    /// No value is a view.
    pub(crate) fn none(plan: &Plan) -> Self {
        Self { root: (0..plan.values.len() as u32).collect(), start: vec![0; plan.values.len()] }
    }

    /// What the copies of the plan make; its steps are in a running order.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut is_output = vec![false; plan.values.len()];
        plan.outputs.iter().for_each(|&output| is_output[output as usize] = true);
        let mut views = Self::none(plan);
        for step in &plan.steps {
            let Some(start) = copied_from(plan, step) else { continue };
            let (read, write) = (step.reads[0] as usize, step.writes[0] as usize);
            let root = views.root[read];
            // An output must outlive the call, and neither an input nor a state does.
            let borrowed = matches!(plan.values[root as usize].content, Content::Input(_) | Content::State);
            if !(borrowed && is_output[write]) {
                views.root[write] = root;
                views.start[write] = views.start[read] + start;
            }
        }
        views
    }

    /// Makes a value that is new no view.
    pub(crate) fn add(&mut self, value: u32) {
        debug_assert_eq!(value as usize, self.root.len(), "values are added one by one");
        self.root.push(value);
        self.start.push(0);
    }

    /// Whether a value lies in another.
    pub(crate) fn is_view(&self, value: u32) -> bool {
        self.root[value as usize] != value
    }
}

/// The first element of the operand that a step copies, if it only copies consecutive ones.
fn copied_from(plan: &Plan, step: &Planned) -> Option<usize> {
    let len = |value: u32| plan.values[value as usize].shape.len();
    match &step.action {
        Action::Copy { start } => Some(*start),
        Action::Join { sum: false, starts } if starts.len() == 1 => {
            (len(step.reads[0]) == len(step.writes[0])).then_some(0)
        }
        _ => None,
    }
}
