#include "window.h"

#include "app_core/pages.h"
#include "frame.h"
#include "install.h"
#include "place.h"
#include "x11.h"

#include <gtk/gtk.h>

#define TICK_MS 250
#define MARGIN 18
#define WIDE 640
#define TALL 560
#define SMALL_WIDE 380
#define SMALL_TALL 230

static const char *const page_names[PAGES] = {
    [PAGE_PAIR] = "pair",       [PAGE_CONSENT] = "consent", [PAGE_CHECKS] = "checks",
    [PAGE_MONITOR] = "monitor", [PAGE_ASK] = "ask",         [PAGE_UPLOAD] = "upload",
    [PAGE_DONE] = "done",       [PAGE_GONE] = "gone"};

struct row {
    GtkWidget *mark, *title, *problem;
};

struct window {
    struct engine *engine; /* borrowed */
    const char *program;
    GMainLoop *loop;
    GtkWidget *window, *stack;
    GtkWidget *address, *code, *connect, *pair_message;
    GtkWidget *who, *agreement, *agree, *start, *consent_message;
    struct row rows[POINTS_LEN];
    GtkWidget *again, *begin, *check_message;
    GtkWidget *elapsed, *connection, *reading, *end, *monitor_message;
    GtkWidget *bar, *upload_message;
    GtkWidget *gone;
    struct frame *frame; /* owned */
    bool asking;         /* "Upload the exam?" */
    bool removed;        /* uninstalled */
    enum page page;
    int place; /* ticks for which the small window is still put into its corner */
    bool agreement_shown;
};

/* ---- small things ---- */

static void set_text(GtkWidget *label, const char *text)
{
    if (g_strcmp0(gtk_label_get_text(GTK_LABEL(label)), text) != 0)
        gtk_label_set_text(GTK_LABEL(label), text);
}

static GtkWidget *add_label(GtkWidget *box, const char *text, const char *css)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 60);
    if (css)
        gtk_widget_add_css_class(label, css);
    gtk_box_append(GTK_BOX(box), label);
    return label;
}

static GtkWidget *add_button(GtkWidget *box, const char *text, bool main_one, GCallback pressed,
                             struct window *w)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(text);
    if (main_one)
        gtk_widget_add_css_class(button, "suggested-action");
    g_signal_connect_swapped(button, "clicked", pressed, w);
    gtk_box_append(GTK_BOX(box), button);
    return button;
}

static GtkWidget *add_page(struct window *w, enum page page)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 10);
    gtk_widget_set_margin_top(box, MARGIN);
    gtk_widget_set_margin_bottom(box, MARGIN);
    gtk_widget_set_margin_start(box, MARGIN);
    gtk_widget_set_margin_end(box, MARGIN);
    gtk_stack_add_named(GTK_STACK(w->stack), box, page_names[page]);
    return box;
}

static GtkWidget *add_row(GtkWidget *box)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 10);
    gtk_box_append(GTK_BOX(box), row);
    return row;
}

static GtkWidget *add_entry(GtkWidget *box, const char *name)
{
    GtkWidget *label = add_label(box, "", "heading"), *entry = gtk_entry_new();
    gtk_label_set_text_with_mnemonic(GTK_LABEL(label), name);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), entry);
    gtk_box_append(GTK_BOX(box), entry);
    return entry;
}

static struct str entry_text(GtkWidget *entry)
{
    return str_from(gtk_editable_get_text(GTK_EDITABLE(entry)));
}

/* ---- what is pressed ---- */

static void on_connect(struct window *w)
{
    engine_pair_typed(w->engine, entry_text(w->address), entry_text(w->code));
}
static void on_agree(struct window *w)
{
    gtk_widget_set_sensitive(w->start, gtk_check_button_get_active(GTK_CHECK_BUTTON(w->agree)));
}
static void on_start(struct window *w) { engine_agree(w->engine); }
static void on_again(struct window *w) { engine_again(w->engine); }
static void on_begin(struct window *w) { engine_begin(w->engine); }
static void on_end(struct window *w) { w->asking = true; }
static void on_no(struct window *w) { w->asking = false; }
static void on_yes(struct window *w)
{
    w->asking = false;
    engine_upload(w->engine);
}
static void on_quit(struct window *w) { g_main_loop_quit(w->loop); }

static void on_uninstall(struct window *w)
{
    CLEANUP(buf_done) struct buf told = {0};
    struct error err;
    const char *text;
    bool good = install_remove(w->program, &told, &err);
    buf_add_c(&told, good ? "" : err.message);
    set_text(w->gone, buf_c_text(&told, &text, &err) ? text : err.message);
    w->removed = true;
}

/* While something is monitored or sent, the window's cross is not the way to end it. */
static gboolean on_close(struct window *w)
{
    struct engine_view v;
    engine_look(w->engine, &v);
    if (v.phase == PHASE_MONITORING || v.phase == PHASE_STOPPED)
        w->asking = true;
    else if (v.phase != PHASE_UPLOADING)
        g_main_loop_quit(w->loop);
    return TRUE;
}

/* ---- pages ---- */

static void make_pair_page(struct window *w)
{
    GtkWidget *box = add_page(w, PAGE_PAIR);
    add_label(box, "Proctortrack", "title-1");
    add_label(box,
              "Press \"Open Proctortrack\" on the page of your exam. Or type here the address "
              "of the page and the code that it shows.",
              NULL);
    w->address = add_entry(box, "A_ddress of the page");
    w->code = add_entry(box, "C_ode");
    gtk_entry_set_max_length(GTK_ENTRY(w->code), 24);
    gtk_entry_set_activates_default(GTK_ENTRY(w->code), TRUE);
    w->connect = add_button(add_row(box), "_Connect", true, G_CALLBACK(on_connect), w);
    w->pair_message = add_label(box, "", "error");
}

static void make_consent_page(struct window *w)
{
    GtkWidget *box = add_page(w, PAGE_CONSENT), *scrolled = gtk_scrolled_window_new();
    add_label(box, "Agreement policy", "title-2");
    w->who = add_label(box, "", NULL);
    w->agreement = gtk_text_view_new();
    gtk_text_view_set_editable(GTK_TEXT_VIEW(w->agreement), FALSE);
    gtk_text_view_set_cursor_visible(GTK_TEXT_VIEW(w->agreement), FALSE);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(w->agreement), GTK_WRAP_WORD);
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(w->agreement), FALSE);
    gtk_text_view_set_left_margin(GTK_TEXT_VIEW(w->agreement), 8);
    gtk_text_view_set_right_margin(GTK_TEXT_VIEW(w->agreement), 8);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), w->agreement);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(box), scrolled);
    add_label(box,
              "During the exam this app reads: displays and pictures of them, the window in "
              "front, running programs that are not allowed or not known, sound and input "
              "devices. Before you agree it reads nothing, and afterwards nothing any more.",
              NULL);
    w->agree = gtk_check_button_new_with_mnemonic("I have _read the agreement and I agree");
    g_signal_connect_swapped(w->agree, "toggled", G_CALLBACK(on_agree), w);
    gtk_box_append(GTK_BOX(box), w->agree);
    w->start = add_button(add_row(box), "_Start System Check", true, G_CALLBACK(on_start), w);
    gtk_widget_set_sensitive(w->start, FALSE);
    w->consent_message = add_label(box, "", "error");
}

static void make_checks_page(struct window *w)
{
    GtkWidget *box = add_page(w, PAGE_CHECKS), *buttons;
    add_label(box, "System check", "title-2");
    for (enum point p = POINT_NONE + 1; p < POINTS_LEN; p++) {
        GtkWidget *line = add_row(box), *texts = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
        struct row *r = &w->rows[p];
        r->mark = gtk_label_new("·");
        gtk_widget_set_size_request(r->mark, 26, -1);
        gtk_widget_set_valign(r->mark, GTK_ALIGN_START);
        gtk_box_append(GTK_BOX(line), r->mark);
        gtk_box_append(GTK_BOX(line), texts);
        r->title = add_label(texts, "", NULL);
        r->problem = add_label(texts, "", "warning");
    }
    buttons = add_row(box);
    w->again = add_button(buttons, "Check _again", false, G_CALLBACK(on_again), w);
    w->begin = add_button(buttons, "I Agree, Let's _Begin", true, G_CALLBACK(on_begin), w);
    w->check_message = add_label(box, "", "error");
}

static void make_monitor_page(struct window *w)
{
    GtkWidget *box = add_page(w, PAGE_MONITOR);
    w->elapsed = add_label(box, "", "title-3");
    w->connection = add_label(box, "", NULL);
    w->reading = add_label(box, "", NULL);
    gtk_widget_set_vexpand(w->reading, TRUE);
    gtk_widget_set_valign(w->reading, GTK_ALIGN_START);
    w->monitor_message = add_label(box, "", "error");
    w->end = add_button(add_row(box), "_End", false, G_CALLBACK(on_end), w);
}

static void make_last_pages(struct window *w)
{
    GtkWidget *box = add_page(w, PAGE_ASK), *row;
    add_label(box, "Upload the exam?", "title-3");
    add_label(box,
              "Answer Yes when you have handed in your exam: monitoring ends, and what was "
              "recorded is sent.",
              NULL);
    row = add_row(box);
    add_button(row, "_Yes", true, G_CALLBACK(on_yes), w);
    add_button(row, "_No", false, G_CALLBACK(on_no), w);

    box = add_page(w, PAGE_UPLOAD);
    add_label(box, "Uploading the exam", "title-3");
    w->bar = gtk_progress_bar_new();
    gtk_progress_bar_set_show_text(GTK_PROGRESS_BAR(w->bar), TRUE);
    gtk_box_append(GTK_BOX(box), w->bar);
    w->upload_message = add_label(box, "", NULL);

    box = add_page(w, PAGE_DONE);
    add_label(box, "100 % uploaded", "title-3");
    add_label(box,
              "Everything is with your university. Nothing of it is on this computer any "
              "more.",
              NULL);
    row = add_row(box);
    add_button(row, "_Quit App", true, G_CALLBACK(on_quit), w);
    add_button(row, "_Uninstall", false, G_CALLBACK(on_uninstall), w);

    box = add_page(w, PAGE_GONE);
    add_label(box, "Removed", "title-3");
    w->gone = add_label(box, "", NULL);
    gtk_widget_set_vexpand(w->gone, TRUE);
    gtk_widget_set_valign(w->gone, GTK_ALIGN_START);
    add_button(add_row(box), "_Quit App", true, G_CALLBACK(on_quit), w);
}

/* ---- showing ---- */

static void show_page(struct window *w, enum page page)
{
    static const char *const titles[PAGES] = {
        [PAGE_PAIR] = "Proctortrack",
        [PAGE_CONSENT] = "Proctortrack: agreement",
        [PAGE_CHECKS] = "Proctortrack: system check",
        [PAGE_MONITOR] = "Proctortrack: monitoring",
        [PAGE_ASK] = "Proctortrack: upload the exam?",
        [PAGE_UPLOAD] = "Proctortrack: uploading",
        [PAGE_DONE] = "Proctortrack: uploaded",
        [PAGE_GONE] = "Proctortrack: removed",
    };
    if (page == w->page)
        return;
    bool was_small = page_is_small(w->page), small = page_is_small(page);
    w->page = page;
    gtk_stack_set_visible_child_name(GTK_STACK(w->stack), page_names[page]);
    gtk_window_set_title(GTK_WINDOW(w->window), titles[page]);
    if (small != was_small)
        gtk_window_set_default_size(GTK_WINDOW(w->window), small ? SMALL_WIDE : WIDE,
                                    small ? SMALL_TALL : TALL);
    w->place = small ? 6 : 0;
    GtkWidget *first[PAGES] = {[PAGE_PAIR] = w->address,
                               [PAGE_CONSENT] = w->agree,
                               [PAGE_CHECKS] = w->again,
                               [PAGE_MONITOR] = w->end};
    if (first[page])
        gtk_widget_grab_focus(first[page]);
    gtk_window_set_default_widget(GTK_WINDOW(w->window), page == PAGE_PAIR ? w->connect : NULL);
}

static void show_consent(struct window *w, const struct engine_view *v)
{
    const char *text = engine_agreement(w->engine);
    char who[700];
    snprintf(who, sizeof who, "%s\n%s\nServer: %s", v->candidate, v->exam, v->server);
    set_text(w->who, who);
    if (text[0] && !w->agreement_shown) {
        gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(w->agreement)), text, -1);
        w->agreement_shown = true;
    }
    gtk_widget_set_sensitive(w->agree, text[0] != '\0');
    set_text(w->consent_message, v->message);
}

static const struct {
    const char *mark, *word;
} point_words[] = {
    [POINT_WAITING] = {"·", "waiting"},
    [POINT_RUNNING] = {"…", "checking"},
    [POINT_PASSED] = {"✓", "passed"},
    [POINT_FAILED] = {"!", "not passed"},
    [POINT_OVERRIDDEN] = {"✓", "let pass by staff"},
};

static void show_checks(struct window *w, const struct engine_view *v)
{
    bool failed = false, running = false;
    for (enum point p = POINT_NONE + 1; p < POINTS_LEN; p++) {
        enum point_state state = v->points[p].state;
        char title[200], problem[2 * CHECK_TEXT_SIZE + 8] = "";
        failed = failed || (state == POINT_FAILED && p != POINT_BROWSER);
        running = running || state == POINT_RUNNING;
        snprintf(title, sizeof title, "%d. %s: %s", (int)p, point_title(p),
                 point_words[state].word);
        if (state == POINT_FAILED)
            snprintf(problem, sizeof problem, "%s %s", v->points[p].problem, v->points[p].mend);
        else if (p == POINT_BROWSER && state == POINT_WAITING)
            snprintf(problem, sizeof problem, "The page in your browser checks this one.");
        set_text(w->rows[p].mark, point_words[state].mark);
        set_text(w->rows[p].title, title);
        set_text(w->rows[p].problem, problem);
        gtk_widget_set_visible(w->rows[p].problem, problem[0] != '\0');
    }
    gtk_widget_set_visible(w->again, failed);
    gtk_widget_set_sensitive(w->again, !running);
    gtk_widget_set_visible(w->begin, v->phase == PHASE_READY);
    set_text(w->check_message, v->message);
}

static void show_monitor(struct window *w, const struct engine_view *v)
{
    char text[400];
    bool on = phase_monitors(v->phase);
    snprintf(text, sizeof text, "%s %d:%02d:%02d", on ? "Monitoring" : "The exam is finished",
             (int)(v->elapsed_s / 3600), (int)(v->elapsed_s / 60 % 60), (int)(v->elapsed_s % 60));
    set_text(w->elapsed, text);
    snprintf(text, sizeof text, "%s%s", v->connected ? "Connected" : "Not connected",
             v->connected ? "" : ": what is recorded waits on this computer");
    set_text(w->connection, text);
    snprintf(text, sizeof text, on ? "Being read now: %s" : "Nothing is read any more%s",
             on ? v->reading : ". Press End to send the rest.");
    set_text(w->reading, text);
    set_text(w->monitor_message, v->message);
    gtk_widget_set_visible(w->monitor_message, v->message[0] != '\0');
}

static void show_upload(struct window *w, const struct engine_view *v)
{
    char text[ENGINE_MESSAGE_MAX + 80];
    snprintf(text, sizeof text, "%d %%", v->percent);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(w->bar), v->percent / 100.0);
    gtk_progress_bar_set_text(GTK_PROGRESS_BAR(w->bar), text);
    snprintf(text, sizeof text, "%s%s", v->message,
             v->connected ? "" : " No connection: it goes on by itself when there is one.");
    set_text(w->upload_message, text);
}

static gboolean tick(gpointer context)
{
    struct window *w = context;
    struct engine_view v;
    engine_look(w->engine, &v);
    show_page(w, page_of(v.phase, w->asking, w->removed));
    set_text(w->pair_message, v.message);
    gtk_widget_set_sensitive(w->connect, !v.busy);
    show_consent(w, &v);
    show_checks(w, &v);
    show_monitor(w, &v);
    show_upload(w, &v);
    frame_show(w->frame, v.displays, phase_monitors(v.phase) ? v.displays_len : 0);
    if (w->place > 0) {
        w->place--;
        place_in_corner(GTK_WINDOW(w->window));
    }
    if (engine_was_called(w->engine))
        gtk_window_present(GTK_WINDOW(w->window));
    return G_SOURCE_CONTINUE;
}

bool window_run(struct engine *e, const char *program, struct error *err)
{
    struct window w = {.engine = e, .program = program};
    if (!frame_create(&w.frame, err))
        return false;
    w.loop = g_main_loop_new(NULL, FALSE);
    w.window = gtk_window_new();
    w.stack = gtk_stack_new();
    gtk_stack_set_hhomogeneous(GTK_STACK(w.stack), FALSE);
    gtk_stack_set_vhomogeneous(GTK_STACK(w.stack), FALSE);
    gtk_window_set_child(GTK_WINDOW(w.window), w.stack);
    gtk_window_set_default_size(GTK_WINDOW(w.window), WIDE, TALL);
    g_signal_connect_swapped(w.window, "close-request", G_CALLBACK(on_close), &w);
    make_pair_page(&w);
    make_consent_page(&w);
    make_checks_page(&w);
    make_monitor_page(&w);
    make_last_pages(&w);
    tick(&w);
    gtk_window_present(GTK_WINDOW(w.window));
    guint timer = g_timeout_add(TICK_MS, tick, &w);
    g_main_loop_run(w.loop);
    g_source_remove(timer);
    gtk_window_destroy(GTK_WINDOW(w.window));
    frame_destroy(w.frame);
    g_main_loop_unref(w.loop);
    return true;
}
