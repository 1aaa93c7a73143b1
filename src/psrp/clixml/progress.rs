//! Progress records (`PR`, MS-PSRP 2.2.5.1.23).

/// What `Write-Progress` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgressRecord {
    /// What is being done.
    pub activity: String,
    /// The number of the activity.
    pub activity_id: i32,
    /// The state of it.
    pub status: String,
    /// What is done at this moment.
    pub current_operation: Option<String>,
    /// The activity that this one is a part of; negative for none.
    pub parent_activity_id: i32,
    /// Per cent; negative where unknown.
    pub percent_complete: i32,
    /// Seconds left; negative where unknown.
    pub seconds_remaining: i32,
    /// Whether it has ended.
    pub kind: ProgressKind,
}

/// Whether an activity has ended (`ProgressRecordType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressKind {
    /// It goes on.
    #[default]
    Processing,
    /// It has ended.
    Completed,
}

impl ProgressRecord {
    /// A record of an activity of which neither parent, share nor time left is known.
    pub fn new(activity: &str, status: &str) -> Self {
        Self {
            activity: activity.to_owned(),
            status: status.to_owned(),
            parent_activity_id: -1,
            percent_complete: -1,
            seconds_remaining: -1,
            ..Self::default()
        }
    }
}

impl ProgressKind {
    /// Its name in .NET.
    pub fn name(self) -> &'static str {
        match self {
            Self::Processing => "Processing",
            Self::Completed => "Completed",
        }
    }

    /// Its number in .NET.
    pub fn code(self) -> i32 {
        match self {
            Self::Processing => 0,
            Self::Completed => 1,
        }
    }
}
