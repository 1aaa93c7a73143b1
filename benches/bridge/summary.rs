//! Medians.

/// Median and spread of a few numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Summary {
    /// Of at least one.
    pub(crate) fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let [below, above] = [(numbers.len() - 1) / 2, numbers.len() / 2];
        Self {
            median: f64::midpoint(numbers[below], numbers[above]),
            least: numbers[0],
            most: numbers[numbers.len() - 1],
        }
    }
    /// In another unit.
    pub(crate) fn times(self, factor: f64) -> Self {
        let Self { median, least, most } = self;
        Self { median: median * factor, least: least * factor, most: most * factor }
    }
}
