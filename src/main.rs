//! The `elbow` binary.

// Tensors of a step are made and freed many times a second; the system's allocator returns them to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    std::process::exit(elbow::cli::main());
}
