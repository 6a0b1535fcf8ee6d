/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int output_open(const char *path, bool is_private, struct output_file *file)
{
	struct stat status;
	int descriptor;

	memset(file, 0, sizeof *file);
	file->path = path;
	file->is_private = is_private;
	if (!path) {
		file->stream = stdout;
		return 0;
	}
	if (!*path || (stat(path, &status) == 0 && !S_ISREG(status.st_mode)))
		return fail("the file %s cannot be written: it is no plain file; name another with -o", quote(path));
	file->temporary = malloc(strlen(path) + sizeof ".XXXXXX");
	if (!file->temporary)
		return fail_memory();
	sprintf(file->temporary, "%s.XXXXXX", path);
	descriptor = mkstemp(file->temporary);
	file->stream = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
	if (file->stream)
		return 0;
	fail("the file %s cannot be written (%s): name one in a folder that exists and is yours", quote(path),
	     strerror(errno));
	if (descriptor >= 0) {
		close(descriptor);
		unlink(file->temporary);
	}
	free(file->temporary);
	return -1;
}

/* What others may do with the file: as if it had been created in place. */
static void give_mode(int descriptor)
{
	const mode_t mask = umask(0);

	umask(mask);
	fchmod(descriptor, 0666 & ~mask);
}

int output_close(struct output_file *file, int err)
{
	bool failed;

	if (!file->path) {
		failed = fflush(file->stream) || ferror(file->stream);
		return err      ? err
		       : failed ? fail("standard output cannot be written (%s): check where it goes", strerror(errno))
				: 0;
	}
	if (!file->is_private)
		give_mode(fileno(file->stream));
	failed = fflush(file->stream) || ferror(file->stream) || fsync(fileno(file->stream));
	failed = fclose(file->stream) || failed;
	failed = err || failed || rename(file->temporary, file->path);
	if (failed)
		unlink(file->temporary);
	if (failed && !err)
		err = fail("the file %s cannot be written (%s): check the folder's permissions and the disk's space",
			   quote(file->path), strerror(errno));
	free(file->temporary);
	return err;
}
