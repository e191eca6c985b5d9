/* The name that a candidate's computer gave a file, made harmless: it will be shown to staff and
 * offered to their computers as a name to save under. Pure. */
#pragma once
#include "base/base.h"

#define ATTACHMENT_NAME_MAX 120 /* bytes */

/* The last part of a path, without control and direction characters, without what a file system
 * takes for something else ("..", a leading dot or space, a Windows device), cut at a whole
 * character with its ending kept. What is no UTF-8, or of which nothing is left, is "file". */
void attachment_name(struct str given, char ret[ATTACHMENT_NAME_MAX + 1]);

/* ASCII letters, digits, dot, dash and underscore alone: for filename= of Content-Disposition. */
#define ATTACHMENT_DISPOSITION_MAX (ATTACHMENT_NAME_MAX * 4 + 64)
/* attachment; filename="..."; filename*=UTF-8''... (RFC 6266, RFC 8187) */
void attachment_disposition(struct str name, char ret[ATTACHMENT_DISPOSITION_MAX]);
