/* The report as one HTML file: no script, no outside address, thumbnails inside. Its own policy
 * (Content-Security-Policy) forbids what an escaping mistake could let in. Every string of a
 * recording goes through add_text(). */
#include "analysis/report.h"

#include "crypto/base64.h"

#include <stdio.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--text:#1c2330;--soft:#566074;"
    "--line:#dbe0e8;--bar:#e6eaf0;--low:#2f6fb5;--medium:#a65b00;--high:#b3261e;--ok:#1f7a4d}"
    "@media(prefers-color-scheme:dark){:root{--ground:#12161d;--card:#1b212b;--text:#e8ecf3;"
    "--soft:#a3aec0;--line:#303947;--bar:#2a323f;--low:#7db4f0;--medium:#f0ad5a;--high:#ff8a80;"
    "--ok:#6fd3a0}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--ground);color:var(--text);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}"
    "header{padding-top:2.5rem}h1{font-size:1.75rem;margin:0 0 .25rem}"
    "h2{font-size:1.25rem;margin:0;overflow-wrap:anywhere}h3{font-size:1.05rem;margin:0}"
    "p{margin:.5rem 0}.soft{color:var(--soft)}"
    ".recording{background:var(--card);border:1px solid var(--line);border-radius:14px;"
    "padding:1.5rem;margin:1.5rem 0}"
    ".facts{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:.5rem 0 0;padding:0;"
    "list-style:none;color:var(--soft);font-size:.9rem}"
    ".timeline{margin:1.5rem 0 .5rem}"
    ".lane{display:grid;grid-template-columns:minmax(7rem,13rem) 1fr;gap:1rem;align-items:center;"
    "margin:.4rem 0;font-size:.9rem}"
    ".bar{position:relative;height:1.5rem;background:var(--bar);border-radius:6px}"
    ".bar a{position:absolute;top:0;bottom:0;min-width:6px;border-radius:6px;"
    "background:currentColor}"
    ".bar a:focus-visible,.card:target{outline:3px solid var(--text);outline-offset:2px}"
    ".scale{position:relative;height:1.4rem;font-size:.8rem;color:var(--soft)}"
    ".scale span{position:absolute;transform:translateX(-50%);white-space:nowrap}"
    ".scale span:first-child{transform:none}.scale span:last-child{transform:translateX(-100%)}"
    ".cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));"
    "margin:1.5rem 0 0;padding:0;list-style:none}"
    ".card{border:1px solid var(--line);border-radius:12px;overflow:hidden;display:flex;"
    "flex-direction:column}"
    ".card img,.none{display:block;width:100%;aspect-ratio:4/3;object-fit:contain;"
    "background:var(--bar)}.none{display:grid;place-items:center;color:var(--soft)}"
    ".words{padding:1rem}.when{font-variant-numeric:tabular-nums;margin:.25rem 0}"
    ".low{color:var(--low)}.medium{color:var(--medium)}.high{color:var(--high)}"
    ".badge{font-size:.8rem;font-weight:600;border:1px solid currentColor;border-radius:99px;"
    "padding:.05rem .6rem;margin-left:.4rem;white-space:nowrap}"
    ".clean{color:var(--ok);font-weight:600}"
    "details{margin-top:1.25rem;font-size:.9rem}summary{cursor:pointer}"
    "code{font-size:.85em;overflow-wrap:anywhere}footer{padding-bottom:3rem;font-size:.9rem}"
    "@media(max-width:44rem){.lane{grid-template-columns:1fr;gap:.15rem}.recording{padding:1rem}"
    ".scale span:nth-child(2),.scale span:nth-child(4){display:none}}"
    "@media print{body{background:#fff}.recording{break-inside:auto}.card{break-inside:avoid}}";

static void add_text(struct buf *to, const char *c_text)
{
    struct str text = str_from(c_text);
    bool whole = str_is_utf8(text);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&')
            buf_add_c(to, "&amp;");
        else if (c == '<')
            buf_add_c(to, "&lt;");
        else if (c == '>')
            buf_add_c(to, "&gt;");
        else if (c == '"')
            buf_add_c(to, "&quot;");
        else if (c == '\'')
            buf_add_c(to, "&#39;");
        else if ((unsigned char)c < ' ' || c == 0x7f)
            buf_add_char(to, ' ');
        else
            buf_add_char(to, !whole && (unsigned char)c >= 0x80 ? '?' : c);
    }
}

static void add_time(struct buf *to, int64_t us)
{
    char time[REPORT_TIME_MAX];
    report_time(us, time);
    buf_add_c(to, time);
}

static double percent(int64_t us, int64_t of_us)
{
    if (of_us <= 0)
        return 0;
    return 100.0 * (double)MIN(MAX(us, 0), of_us) / (double)of_us;
}

static void add_scale(struct buf *to, int64_t duration_us)
{
    buf_add_c(to, "<div class=lane aria-hidden=true><span></span><div class=scale>");
    for (int i = 0; i <= 4; i++) {
        buf_printf(to, "<span style=\"left:%d%%\">", 25 * i);
        add_time(to, duration_us / 4 * i);
        buf_add_c(to, "</span>");
    }
    buf_add_c(to, "</div></div>\n");
}

static void add_lane(struct buf *to, const struct report_recording *r, size_t number,
                     enum rule rule)
{
    buf_add_c(to, "<div class=lane><span>");
    add_text(to, rule_title(rule));
    buf_add_c(to, "</span><div class=bar>");
    for (size_t i = 0; i < r->flags_len; i++) {
        const struct flag *f = &r->flags[i];
        if (f->rule != rule)
            continue;
        double left = percent(f->from_us, r->duration_us);
        buf_printf(
            to, "<a class=%s href=\"#r%zu-f%zu\" style=\"left:%.3f%%;width:%.3f%%\" title=\"",
            severity_name(f->severity), number, i, left, percent(f->to_us, r->duration_us) - left);
        add_text(to, f->numbers);
        buf_add_c(to, "\" aria-label=\"");
        add_text(to, rule_title(rule));
        buf_add_c(to, ", ");
        add_time(to, f->from_us);
        buf_add_c(to, " to ");
        add_time(to, f->to_us);
        buf_add_c(to, "\"></a>");
    }
    buf_add_c(to, "</div></div>\n");
}

static void add_timeline(struct buf *to, const struct report_recording *r, size_t number)
{
    buf_add_c(to, "<nav class=timeline aria-label=\"Timeline of flags\">\n");
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        bool any = false;
        for (size_t i = 0; i < r->flags_len && !any; i++)
            any = r->flags[i].rule == rule;
        if (any)
            add_lane(to, r, number, rule);
    }
    add_scale(to, r->duration_us);
    buf_add_c(to, "</nav>\n");
}

static void add_card(struct buf *to, const struct flag *f, const struct report_picture *picture,
                     size_t number, size_t i)
{
    const char *severity = severity_name(f->severity);
    buf_printf(to, "<li class=card id=\"r%zu-f%zu\">", number, i);
    if (picture && picture->jpeg.len) {
        buf_add_c(to, "<img alt=\"The picture at ");
        add_time(to, picture->time_us);
        buf_add_c(to, "\" src=\"data:image/jpeg;base64,");
        base64_encode(to, picture->jpeg);
        buf_add_c(to, "\">");
    } else {
        buf_add_c(to, "<div class=none>no picture</div>");
    }
    buf_add_c(to, "<div class=words><h3>");
    add_text(to, rule_title(f->rule));
    buf_printf(to, "<span class=\"badge %s\">%s</span></h3><p class=when>", severity, severity);
    add_time(to, f->from_us);
    buf_add_c(to, " to ");
    add_time(to, f->to_us);
    buf_add_c(to, "</p><p>");
    add_text(to, f->numbers);
    buf_printf(to, "<br><span class=soft>confidence %.0f %%</span></p><p class=soft>",
               100 * f->confidence);
    add_text(to, rule_meaning(f->rule));
    buf_add_c(to, "</p></div></li>\n");
}

static void add_facts(struct buf *to, const struct report_recording *r)
{
    buf_add_c(to, "<ul class=facts><li>");
    add_time(to, r->duration_us);
    buf_printf(to, " long</li><li>%" PRIu64 " pictures</li><li>%" PRIu64 " bytes</li>", r->frames,
               r->bytes);
    if (r->damaged_packets)
        buf_printf(to, "<li>%" PRIu64 " damaged pieces left out</li>", r->damaged_packets);
    if (r->time_jumps)
        buf_printf(to, "<li>%" PRIu64 " jumps in time mended</li>", r->time_jumps);
    buf_add_c(to, "</ul>\n");
}

static void add_count(struct buf *to, const struct report_recording *r)
{
    CLEANUP(freep) struct incident *incidents = NULL;
    size_t len;
    if (!report_incidents(r, &incidents, &len, NULL)) {
        to->failed = true;
        return;
    }
    buf_printf(to, "<p>%zu %s raised, to be looked at as %zu %s.</p>\n", r->flags_len,
               r->flags_len == 1 ? "flag was" : "flags were", len,
               len == 1 ? "incident" : "incidents");
}

static void add_recording(struct buf *to, const struct report_recording *r, size_t number)
{
    buf_printf(to, "<section class=recording aria-labelledby=r%zu><h2 id=r%zu>", number, number);
    add_text(to, r->name);
    buf_add_c(to, "</h2>\n");
    add_facts(to, r);
    if (r->flags_len) {
        add_count(to, r);
        add_timeline(to, r, number);
        buf_add_c(to, "<ul class=cards>\n");
        for (size_t i = 0; i < r->flags_len; i++)
            add_card(to, &r->flags[i], r->pictures ? &r->pictures[i] : NULL, number, i);
        buf_add_c(to, "</ul>\n");
    } else {
        buf_add_c(to, "<p class=clean>No flags: no rule of this policy was broken.</p>\n");
    }
    buf_add_c(to,
              "<details><summary>How this was made</summary><p>SHA-256 of the recording: <code>");
    add_text(to, r->sha256);
    buf_add_c(to, "</code><br>Models: <code>");
    add_text(to, r->models);
    buf_add_c(to, "</code><br>Instruction set: <code>");
    add_text(to, r->isa);
    buf_add_c(to, "</code></p></details></section>\n");
}

bool report_html(const struct policy *policy, const struct report_recording *recordings, size_t len,
                 struct buf *to, struct error *err)
{
    CLEANUP(freep) char *rules = NULL;
    if (!policy_text(policy, &rules, err))
        return false;
    buf_add_c(to, "<!doctype html>\n<html lang=en><meta charset=utf-8>\n"
                  "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
                  "img-src data:; style-src 'unsafe-inline'\">\n"
                  "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
                  "<title>Proctoring report</title>\n<style>");
    buf_add_c(to, style);
    buf_printf(to,
               "</style>\n<header><h1>Proctoring report</h1>\n<p class=soft>%zu %s, judged by the "
               "policy &ldquo;",
               len, len == 1 ? "recording" : "recordings");
    add_text(to, policy->name);
    buf_add_c(to, "&rdquo;. A flag says what a program measured and when. It is never a verdict: "
                  "a person decides.</p></header>\n<main>\n");
    for (size_t i = 0; i < len; i++)
        add_recording(to, &recordings[i], i);
    buf_add_c(to, "</main>\n<footer class=soft><details><summary>The policy in full</summary>"
                  "<p><code>");
    add_text(to, rules);
    buf_add_c(to, "</code></p></details><p>proctortrack " PT_VERSION "</p></footer></html>\n");
    return buf_ok(to, err);
}
