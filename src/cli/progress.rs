//! How far a command is, on standard error: bars where that is a terminal, else a line every 10 seconds.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::{Instant, interval_at};

use super::args::Global;
use super::printer::Printer;
use crate::live::{Account, Live};
use crate::model::Text;
use crate::port::{Failure, Found, ReadAccounts};
use crate::render::{self, Doing};

/// How often a line is written where there is no terminal.
const LINES: Duration = Duration::from_secs(10);
/// How often the bars are drawn.
const FRAMES: Duration = Duration::from_millis(200);

/// What is under way at each connection, and where it is shown.
#[derive(Clone)]
pub(super) struct Progress(Arc<Inner>);

struct Inner {
    /// `None` where standard error is no terminal, or shows a log.
    bars: Option<MultiProgress>,
    coloured: bool,
    say: Box<dyn Fn(&str) + Send + Sync>,
    parts: Mutex<BTreeMap<Text, Part>>,
}

struct Part {
    doing: Doing,
    began: Instant,
    bar: Option<ProgressBar>,
}

/// Shows the progress until it is dropped; then nothing of it is left on the terminal.
pub(super) struct Shown {
    progress: Progress,
    ticking: tokio::task::JoinHandle<()>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.ticking.abort();
        self.progress.clear();
    }
}

impl Progress {
    /// For the flags and the environment of this run.
    pub(super) fn new(global: &Global, printer: Printer) -> Self {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let bars = io::stderr().is_terminal() && !dumb && global.verbose == 0;
        let target = ProgressDrawTarget::stderr();
        Self(Arc::new(Inner {
            bars: bars.then(|| MultiProgress::with_draw_target(target)),
            coloured: printer.err_colour,
            say: Box::new(move |text| printer.err(text)),
            parts: Mutex::default(),
        }))
    }

    /// Whether bars are drawn.
    pub(super) fn has_bars(&self) -> bool {
        self.0.bars.is_some()
    }

    /// Something begins at a connection.
    pub(super) fn begin(&self, connection: &Text, doing: Doing) {
        let bar = self.0.bars.as_ref().map(|bars| bars.add(self.bar(&doing)));
        let part = Part { doing, began: Instant::now(), bar };
        let before = self.parts().insert(connection.clone(), part);
        if let Some(Part { bar: Some(bar), .. }) = before {
            bar.finish_and_clear();
        }
    }

    /// It goes on.
    pub(super) fn change(&self, connection: &Text, change: impl FnOnce(&mut Doing)) {
        if let Some(part) = self.parts().get_mut(connection) {
            change(&mut part.doing);
        }
    }

    /// Shows it from now on. To be called inside the runtime.
    pub(super) fn show(&self) -> Shown {
        let progress = self.clone();
        let period = if self.has_bars() { FRAMES } else { LINES };
        // Here, not in the task: the time counts from now.
        let mut ticks = interval_at(Instant::now() + period, period);
        let ticking = tokio::spawn(async move {
            loop {
                ticks.tick().await;
                progress.tick();
            }
        });
        Shown { progress: self.clone(), ticking }
    }

    /// Prints something else, with the bars out of the way.
    pub(super) fn around(&self, print: impl FnOnce()) {
        match &self.0.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }

    /// Takes everything away.
    pub(super) fn clear(&self) {
        for part in std::mem::take(&mut *self.parts()).into_values() {
            if let Some(bar) = part.bar {
                bar.finish_and_clear();
            }
        }
    }

    fn tick(&self) {
        let mut lines = String::new();
        for (connection, part) in self.parts().iter().filter(|(_, part)| !part.doing.is_over()) {
            let words = render::progress(connection, &part.doing, part.began.elapsed());
            match &part.bar {
                Some(bar) => {
                    if let Some((behind, _)) = part.doing.fraction() {
                        bar.set_position(behind);
                    }
                    bar.set_message(words);
                    bar.tick();
                }
                None => lines.extend([words.as_str(), "\n"]),
            }
        }
        if !lines.is_empty() {
            (self.0.say)(&lines);
        }
    }

    fn bar(&self, doing: &Doing) -> ProgressBar {
        let (bar, template) = match (doing.fraction(), self.0.coloured) {
            (Some((_, all)), true) => (ProgressBar::new(all), "{bar:30.cyan/dim} {msg}"),
            (Some((_, all)), false) => (ProgressBar::new(all), "{bar:30} {msg}"),
            (None, true) => (ProgressBar::new_spinner(), "{spinner:.cyan} {msg}"),
            (None, false) => (ProgressBar::new_spinner(), "{spinner} {msg}"),
        };
        match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    fn parts(&self) -> MutexGuard<'_, BTreeMap<Text, Part>> {
        self.0.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("bars", &self.has_bars()).finish_non_exhaustive()
    }
}

/// Reads accounts as `port` does, and shows how far that is.
pub(super) struct Watched<'a, R> {
    pub port: &'a R,
    pub connection: &'a Text,
    pub progress: &'a Progress,
}

impl<R: ReadAccounts> ReadAccounts for Watched<'_, R> {
    async fn list(&self) -> Result<Live, Failure> {
        self.progress.begin(self.connection, Doing::Listing);
        let live = self.port.list().await?;
        let listed = live.accounts().len() as u64;
        self.progress.begin(self.connection, Doing::Reading { listed, read: 0 });
        Ok(live)
    }

    async fn read(&self, id: &str) -> Result<Option<Account>, Failure> {
        let account = self.port.read(id).await?;
        self.progress.change(self.connection, |doing| {
            if let Doing::Reading { listed: _, read } = doing {
                *read += 1;
            }
        });
        Ok(account)
    }

    async fn find(&self, user_name: &str) -> Result<Found, Failure> {
        self.port.find(user_name).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::{Inner, Progress};
    use crate::render::Doing;

    #[tokio::test(start_paused = true)]
    async fn a_line_comes_every_ten_seconds_while_something_is_under_way() {
        let said = Arc::new(Mutex::new(String::new()));
        let say = Arc::clone(&said);
        let progress = Progress(Arc::new(Inner {
            bars: None,
            coloured: false,
            say: Box::new(move |text| say.lock().unwrap().push_str(text)),
            parts: Mutex::new(BTreeMap::new()),
        }));
        let heard = || std::mem::take(&mut *said.lock().unwrap());
        let (prod, test) = ("prod".into(), "test".into());
        progress.begin(&prod, Doing::Steps { total: 4, done: 0, failed: 0, skipped: 0 });
        progress.begin(&test, Doing::Listing);
        let shown = progress.show();
        let wait = |seconds: u64| tokio::time::sleep(Duration::from_millis(seconds * 1000 + 1));
        wait(9).await;
        assert_eq!(heard(), "");
        progress.change(&prod, |doing| {
            *doing = Doing::Steps { total: 4, done: 1, failed: 1, skipped: 0 };
        });
        wait(1).await;
        assert_eq!(
            heard(),
            "prod: 1 of 4 steps done, 1 failed, about 10 s left\ntest: listing accounts\n"
        );
        progress.change(&prod, |doing| {
            *doing = Doing::Steps { total: 4, done: 2, failed: 1, skipped: 1 };
        });
        wait(10).await;
        assert_eq!(heard(), "test: listing accounts\n", "what is over says nothing");
        drop(shown);
        wait(60).await;
        assert_eq!(heard(), "");
    }
}
