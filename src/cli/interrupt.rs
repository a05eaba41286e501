//! Ctrl-C and SIGTERM: the first stops starting anything, the second ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::printer::Printer;

static STOP: AtomicBool = AtomicBool::new(false);

/// The exit code of a process that an interrupt ended.
const INTERRUPTED: i32 = 130;

/// Watches for interrupts from now on. To be called inside the runtime.
pub(super) fn watch(printer: Printer) -> &'static AtomicBool {
    tokio::spawn(async move {
        arrived().await;
        STOP.store(true, Ordering::Relaxed);
        printer.err(
            "\nInterrupted: nothing more is started; what is in flight is waited for and recorded.\n\
             Interrupt again to end at once: the journal then holds what was done.\n",
        );
        arrived().await;
        #[allow(clippy::exit, reason = "somebody asked twice; the journal has everything")]
        std::process::exit(INTERRUPTED);
    });
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
