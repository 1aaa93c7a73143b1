//! The parts of the screen, and what becomes of them when there is more than fits.

use super::{HEIGHT, Line, height as lines_height, text::fit};
use crate::cli::show::Style;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Detail {
    /// How many lines a message may take.
    pub message: usize,
    /// How many rows of one kind are shown of one organisation.
    pub rows: usize,
    /// How many fixes are shown of one organisation.
    pub fixes: usize,
}

impl Detail {
    /// The least.
    pub(super) const LEAST: Self = Self { message: 1, rows: 2, fixes: 0 };
    /// From everything to the least.
    pub(super) const ALL: &'static [Self] = &[
        Self { message: 14, rows: 40, fixes: 3 },
        Self { message: 6, rows: 40, fixes: 3 },
        Self { message: 4, rows: 12, fixes: 2 },
        Self { message: 3, rows: 6, fixes: 1 },
        Self { message: 2, rows: 4, fixes: 1 },
        Self::LEAST,
    ];
}

/// Lines that belong together.
pub(super) type Block = Vec<Line>;

/// A part of the screen: a heading and blocks.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// What it is about; its blocks are counted behind it.
    pub heading: &'static str,
    /// Of how many lines it may be sure, in parts of a hundred.
    pub share: usize,
    /// How many blocks there are.
    count: usize,
    /// As many of them as could be shown.
    blocks: Vec<Block>,
}

impl Section {
    /// A part of so many blocks. No more are made than a screen has lines.
    pub(super) fn new(
        heading: &'static str,
        share: usize,
        count: usize,
        blocks: impl Iterator<Item = Block>,
    ) -> Self {
        Self { heading, share, count, blocks: blocks.take(HEIGHT).collect() }
    }

    fn heading(&self) -> Line {
        Line::styled(Style::Heading, format!("{} ({})", self.heading, self.count))
    }

    /// All of it, after an empty line; nothing where there is nothing.
    pub(super) fn lines(self) -> Vec<Line> {
        if self.blocks.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![Line::plain(""), self.heading()];
        lines.extend(self.blocks.into_iter().flatten());
        lines
    }

    fn height(&self, width: usize) -> usize {
        match self.blocks.is_empty() {
            true => 0,
            // What was not made takes at least a line each, so that it never seems to fit.
            false => {
                let made = self.blocks.iter().map(|block| lines_height(block, width)).sum::<usize>();
                2 + made + (self.count - self.blocks.len())
            }
        }
    }

    /// As many blocks as fit, and how many are left out.
    fn cut(self, room: usize, width: usize) -> Vec<Line> {
        if self.height(width) <= room {
            return self.lines();
        }
        let mut lines = vec![Line::plain(""), self.heading()];
        // One line says what is left out.
        let mut left = room.saturating_sub(3);
        let mut shown = 0;
        for block in &self.blocks {
            let needs = lines_height(block, width);
            if needs > left {
                break;
            }
            left -= needs;
            shown += 1;
            lines.extend_from_slice(block);
        }
        let more = self.count - shown;
        let text =
            format!("… {more} more: name one (kubectl lync status NAME), a namespace (-n), or see -o json");
        lines.push(Line::styled(Style::Notice, fit(&text, width)));
        lines
    }
}

/// The lines that all sections take.
pub(super) fn height(sections: &[Section], width: usize) -> usize {
    sections.iter().map(|section| section.height(width)).sum()
}

/// The sections in so many lines. What one does not need of its share goes to the others, the first ones first.
pub(super) fn cut(sections: [Section; 3], room: usize, width: usize) -> Vec<Line> {
    let needs = sections.each_ref().map(|section| section.height(width));
    let mut rooms = [0; 3];
    for (at, section) in sections.iter().enumerate() {
        rooms[at] = needs[at].min(room * section.share / 100);
    }
    for at in 0..3 {
        let spare = room.saturating_sub(rooms.iter().sum());
        rooms[at] += spare.min(needs[at] - rooms[at]);
    }
    sections.into_iter().zip(rooms).flat_map(|(section, room)| section.cut(room, width)).collect()
}
