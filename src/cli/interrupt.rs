//! Ctrl-C and SIGTERM: before an apply began they end the process; then the first stops starting anything,
//! and the second ends it at once.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::beside;
use super::context::Context;

static STOP: AtomicBool = AtomicBool::new(false);
static APPLYING: AtomicBool = AtomicBool::new(false);
static WATCHED: AtomicBool = AtomicBool::new(false);
/// What gives the lock of a shared state back.
static GIVE_BACK: Mutex<Option<GiveBack>> = Mutex::new(None);

/// Gives a lock back.
pub(super) type GiveBack = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How long giving a lock back may take.
const GIVING_BACK: Duration = Duration::from_secs(5);

/// The exit code of a process that an interrupt ended.
const INTERRUPTED: i32 = 130;

/// From now on an interrupt leaves nothing on the terminal behind.
pub(super) fn watch(context: &Context) {
    if WATCHED.swap(true, Ordering::Relaxed) {
        return;
    }
    let (printer, progress) = (context.printer, context.progress.clone());
    beside::spawn(async move {
        let mut asked = false;
        loop {
            arrived().await;
            if asked || !APPLYING.load(Ordering::Relaxed) {
                progress.clear();
                if !asked {
                    give_back().await;
                }
                #[allow(clippy::exit, reason = "nothing was begun, or the journal has everything")]
                std::process::exit(INTERRUPTED);
            }
            asked = true;
            STOP.store(true, Ordering::Relaxed);
            progress.around(|| printer.err(
                "\nInterrupted: nothing more is started; what is in flight is waited for and recorded.\n\
                 Interrupt again to end at once: the journal then holds what was done.\n",
            ));
        }
    });
}

/// What an interrupt does, on the thread beside, before it ends a process that has not begun to apply.
pub(super) fn give_back_first(how: Option<GiveBack>) {
    *GIVE_BACK.lock().unwrap_or_else(PoisonError::into_inner) = how;
}

async fn give_back() {
    let how = GIVE_BACK.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(how) = how {
        drop(tokio::time::timeout(GIVING_BACK, how).await);
    }
}

/// What says that nothing more shall start.
pub(super) fn flag() -> &'static AtomicBool {
    &STOP
}

/// From now on an interrupt lets what is in flight end. Returns what says that nothing more shall start.
pub(super) fn finish_first(context: &Context) -> &'static AtomicBool {
    APPLYING.store(true, Ordering::Relaxed);
    watch(context);
    &STOP
}

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn arrived() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(interrupt.await);
}
