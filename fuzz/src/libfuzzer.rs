//! The long run: libFuzzer calls the property.
#![expect(unsafe_code, reason = "libFuzzer is C++, and linked by the names of its functions")]

use std::cell::OnceCell;
use std::ffi::{CString, c_char, c_int};
use std::process::exit;

/// The command of `scripts/fuzz`, one word a line. libFuzzer starts it again for parts of its work, so that it is not the
/// command of this process, whose arguments are those of the test harness.
const COMMAND: &str = "CONTACT_SYNC_FUZZ_COMMAND";

type Property = Box<dyn Fn(&[u8])>;

thread_local! {
    /// libFuzzer calls back on the thread that it was started on.
    static PROPERTY: OnceCell<Property> = const { OnceCell::new() };
}

unsafe extern "C" {
    fn LLVMFuzzerTestOneInput(data: *const u8, size: usize) -> c_int;
    fn LLVMFuzzerRunDriver(
        argc: *mut c_int,
        argv: *mut *mut *mut c_char,
        callback: unsafe extern "C" fn(*const u8, usize) -> c_int,
    ) -> c_int;
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    PROPERTY.with(|property| property.get().expect("the property is set first")(bytes));
});

pub(crate) fn run(property: impl Fn(&[u8]) + 'static) {
    let is_first = PROPERTY.with(|known| known.set(Box::new(property)).is_ok());
    assert!(is_first, "one target a process");
    let command = std::env::var(COMMAND).expect("targets are started by scripts/fuzz");
    let words = command.lines().map(|word| CString::new(word).expect("words have no NUL").into_raw());
    // libFuzzer may change the words, and uses them until the process ends.
    let words: &'static mut [*mut c_char] = words.chain([std::ptr::null_mut()]).collect::<Vec<_>>().leak();
    let mut count = c_int::try_from(words.len() - 1).expect("a short command");
    let mut first = words.as_mut_ptr();
    // SAFETY: count and words are those of a C program: as many words that end with NUL, and a null pointer behind them.
    exit(unsafe { LLVMFuzzerRunDriver(&raw mut count, &raw mut first, LLVMFuzzerTestOneInput) })
}
