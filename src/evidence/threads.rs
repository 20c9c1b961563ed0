//! Independent parts of a computation, side by side.

/// Apply `work` to every item, each on a thread of its own; the results are in the order of the items. Give more than
/// one item only on the CPU, where several threads may make tensors.
pub fn side_by_side<I: Send, O: Send>(items: Vec<I>, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    let mut items = items.into_iter();
    let Some(first) = items.next() else { return Vec::new() };
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = items.map(|item| scope.spawn(move || work(item))).collect();
        let mut all = vec![work(first)];
        for other in others {
            // A panic in one part is a panic of the whole.
            all.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}
