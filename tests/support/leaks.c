/* What libraries keep until the process ends, which is no leak of ours: fontconfig's configuration,
 * made once however many documents are drawn (paper/doc_test.c draws several). */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) { return "leak:libfontconfig\n"; }
