//! A thread beside the one that works, for what must not wait for it: interrupts, and the lock of a shared state.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// Runs a task there. It shares no connections with the rest: one that waits for the other thread would make it
/// wait, too.
pub(super) fn spawn<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    static BESIDE: OnceLock<Option<Runtime>> = OnceLock::new();
    let beside = BESIDE
        .get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().ok());
    match beside {
        Some(runtime) => runtime.spawn(task),
        // Better late than never.
        None => tokio::spawn(task),
    }
}
