//! The first steps of something new, ticked from what is there. Shown until all are done.

/// One of them.
pub struct FirstStep {
    /// The key of its name.
    pub name: &'static str,
    /// How far it is, or who takes it; perhaps empty.
    pub note: String,
    pub done: bool,
    /// The page on which the reader may take it.
    pub href: Option<String>,
}

/// All of them, in their order.
pub struct FirstSteps(Vec<FirstStep>);

impl FirstSteps {
    pub fn new(steps: impl IntoIterator<Item = FirstStep>) -> Self {
        Self(steps.into_iter().collect())
    }

    pub fn all(&self) -> &[FirstStep] {
        &self.0
    }

    /// How many are done.
    pub fn done(&self) -> usize {
        self.0.iter().filter(|step| step.done).count()
    }

    /// Whether `step` is the first that the reader may take.
    pub fn is_next(&self, step: &FirstStep) -> bool {
        let next = self.0.iter().find(|step| !step.done && step.href.is_some());
        next.is_some_and(|next| next.name == step.name)
    }
}
