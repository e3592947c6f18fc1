// GNU readline and what of its global state this project reads and sets.
//
// Readline keeps its state in C globals and belongs to one thread. These functions are the whole
// list of globals in use, so that no Swift code touches one by itself.
#ifndef ATHANOR_CREADLINE_H
#define ATHANOR_CREADLINE_H

#include <stdio.h>
#include <stdlib.h>
#include <readline/readline.h>
#include <readline/history.h>

/// The whole line as it stands. Not owned.
static inline const char *line_buffer(void) { return rl_line_buffer ? rl_line_buffer : ""; }
/// Byte offset of the cursor.
static inline int line_point(void) { return rl_point; }
static inline int line_end(void) { return rl_end; }
static inline void line_set_point(int point) { rl_point = point; }

/// Sets what never changes: the name that `$if` in an inputrc asks for, that signals are ours, and
/// what ends a word (brackets, operators and quotes; a session knows better and says so itself).
static inline void line_configure(void) {
  rl_readline_name = "athanor";
  rl_completer_word_break_characters = " \t\n\"'()[]{},;=+-*/%<>!.?#";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_sort_completion_matches = 0;
  rl_completer_quote_characters = NULL;
}

/// Draws on standard error, where standard output is no terminal.
static inline void line_draw_on_standard_error(void) { rl_outstream = stderr; }

static inline void line_set_completer(rl_completion_func_t *complete) {
  rl_attempted_completion_function = complete;
}

static inline void line_set_match_display(rl_compdisp_func_t *display) {
  rl_completion_display_matches_hook = display;
}

/// To be called by a completer: file names are not tried when it finds nothing, and `append` is put
/// behind a single match (0 for nothing).
static inline void line_finish_completion(int append) {
  rl_attempted_completion_over = 1;
  rl_completion_append_character = append;
}

/// Hands the cursor's line to the next redraw as not yet drawn.
static inline void line_redraw_below(void) {
  rl_on_new_line();
  rl_redisplay();
}

static inline const char *line_library_version(void) {
  return rl_library_version ? rl_library_version : "?";
}

/// Takes the prompt and what has been typed off the screen, for lines to be written in their place.
static inline void line_clear(void) {
  rl_clear_visible_line();
  fflush(rl_outstream);
}

/// Columns that a character takes in the encoding in use; -1 if it cannot be shown.
static inline int line_columns(unsigned int scalar) {
  // POSIX, but hidden by wchar.h unless the whole module is compiled for X/Open.
  extern int wcwidth(wchar_t);
  return wcwidth((wchar_t)scalar);
}

/// A list of matches as readline wants it, every string from malloc.
static inline char **line_new_matches(size_t count) { return calloc(count + 1, sizeof(char *)); }

#endif
