// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read what decides whether a module is loaded.
 *
 * libkmod decompresses a module as well, but without a limit, and it does not
 * show __kflagstab. So this takes the libraries that libkmod takes, and libelf,
 * which knows every class and byte order. A module comes from anybody: nothing
 * that the file says about itself is believed.
 */
#include <errno.h>
#include <gelf.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <linux/kernel.h>

#include "module-reader.h"

#define KSYM_FLAG_USERSPACE	0x02	/* include/linux/module_symbol.h */
#define KEEP_BUFFER		(8UL << 20)
#define XZ_MEMORY		(128UL << 20)

struct reader {
	size_t limit;
	char *buf;			/* the module, decompressed */
	size_t size, alloc;
	Elf *elf;
	struct names imports, exports, gated;
	char message[96];
	unsigned char in[64 << 10];
};

static const char no_memory[] = "out of memory";
static const char truncated[] = "the compressed data ends too early";

struct reader *reader_new(size_t limit)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r)
		r->limit = limit;
	return r;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	elf_end(r->elf);
	free(r->buf);
	free(r->imports.name);
	free(r->exports.name);
	free(r->gated.name);
	free(r);
}

static bool add_name(struct names *names, const char *name, bool is_weak)
{
	struct name *new;
	size_t alloc;

	if (names->nr == names->alloc) {
		alloc = names->alloc ? 2 * names->alloc : 256;
		new = reallocarray(names->name, alloc, sizeof(*new));
		if (!new)
			return false;
		names->name = new;
		names->alloc = alloc;
	}
	names->name[names->nr++] = (struct name){ name, is_weak };
	return true;
}

/* Room for more of the module; what is not touched takes no memory. */
static const char *grow(struct reader *r)
{
	size_t alloc = r->alloc ? 2 * r->alloc : 1 << 20;
	char *buf;

	if (r->size < r->alloc)
		return NULL;
	if (alloc > r->limit)
		alloc = r->limit;
	if (r->size >= alloc) {
		snprintf(r->message, sizeof(r->message),
			 "more than %zu bytes when decompressed", r->limit);
		return r->message;
	}
	buf = realloc(r->buf, alloc);
	if (!buf)
		return no_memory;
	r->buf = buf;
	r->alloc = alloc;
	return NULL;
}

static const char *read_error(struct reader *r)
{
	return strerror_r(errno, r->message, sizeof(r->message));
}

static const char *decompress_xz(struct reader *r, int fd)
{
	lzma_stream strm = LZMA_STREAM_INIT;
	lzma_ret ret = lzma_stream_decoder(&strm, XZ_MEMORY, LZMA_CONCATENATED);
	lzma_action action = LZMA_RUN;
	const char *why = NULL;
	ssize_t n;

	while (ret == LZMA_OK) {
		if (!strm.avail_in && action == LZMA_RUN) {
			n = read(fd, r->in, sizeof(r->in));
			if (n < 0) {
				why = read_error(r);
				break;
			}
			strm.next_in = r->in;
			strm.avail_in = n;
			if (!n)
				action = LZMA_FINISH;
		}
		why = grow(r);
		if (why)
			break;
		strm.next_out = (unsigned char *)r->buf + r->size;
		strm.avail_out = r->alloc - r->size;
		ret = lzma_code(&strm, action);
		r->size = r->alloc - strm.avail_out;
	}
	lzma_end(&strm);
	if (why || ret == LZMA_STREAM_END)
		return why;
	if (ret == LZMA_MEM_ERROR)
		return no_memory;
	if (ret == LZMA_MEMLIMIT_ERROR)
		return "its xz dictionary is too large";
	return ret == LZMA_BUF_ERROR ? truncated : "the xz data are damaged";
}

static const char *decompress_zstd(struct reader *r, int fd)
{
	ZSTD_DStream *strm = ZSTD_createDStream();
	ZSTD_inBuffer in = { .src = r->in };
	ZSTD_outBuffer out;
	const char *why = NULL;
	size_t left = 1;	/* 0 at the end of a frame */
	ssize_t n;

	if (!strm)
		return no_memory;
	for (;;) {
		/* What did not fit into the buffer is still to come. */
		if (in.pos == in.size && r->size < r->alloc) {
			n = read(fd, r->in, sizeof(r->in));
			if (n < 0)
				why = read_error(r);
			else if (!n && left)
				why = truncated;
			if (n <= 0)
				break;
			in.size = n;
			in.pos = 0;
		}
		why = grow(r);
		if (why)
			break;
		out = (ZSTD_outBuffer){ r->buf, r->alloc, r->size };
		left = ZSTD_decompressStream(strm, &out, &in);
		r->size = out.pos;
		if (ZSTD_isError(left)) {
			why = "the zstd data are damaged";
			break;
		}
	}
	ZSTD_freeDStream(strm);
	return why;
}

static const char *decompress_gzip(struct reader *r, int fd)
{
	const char *why = NULL;
	int copy = dup(fd);
	gzFile gz;
	int n, err;

	gz = copy < 0 ? NULL : gzdopen(copy, "rb");
	if (!gz) {
		if (copy >= 0)
			close(copy);
		return no_memory;
	}
	do {
		why = grow(r);
		if (why)
			break;
		n = gzread(gz, r->buf + r->size,
			   r->alloc - r->size > 1 << 30 ? 1 << 30 :
			   r->alloc - r->size);
		if (n > 0)
			r->size += n;
	} while (n > 0);
	gzerror(gz, &err);
	if (!why && err != Z_OK)
		why = err == Z_BUF_ERROR ? truncated :
		      "the gzip data are damaged";
	gzclose_r(gz);
	return why;
}

static const char *open_module(struct reader *r, int fd)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *(*decompress)(struct reader *r, int fd);
	} formats[] = {
		{ "\3757zXZ", 6, decompress_xz },
		{ "\x28\xb5\x2f\xfd", 4, decompress_zstd },
		{ "\x1f\x8b", 2, decompress_gzip },
	};
	ssize_t n = pread(fd, r->in, 6, 0);
	const char *why;
	unsigned int i;

	if (n < 0)
		return read_error(r);
	if (n >= SELFMAG && !memcmp(r->in, ELFMAG, SELFMAG)) {
		r->elf = elf_begin(fd, ELF_C_READ, NULL);
		return r->elf ? NULL : elf_errmsg(-1);
	}
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if ((size_t)n < formats[i].len ||
		    memcmp(r->in, formats[i].magic, formats[i].len))
			continue;
		why = formats[i].decompress(r, fd);
		if (why)
			return why;
		if (r->size < SELFMAG || memcmp(r->buf, ELFMAG, SELFMAG))
			return "what is compressed is no ELF file";
		r->elf = elf_memory(r->buf, r->size);
		return r->elf ? NULL : elf_errmsg(-1);
	}
	return n ? "neither an ELF file nor compressed" : "empty";
}

struct sections {
	Elf_Scn *modinfo, *symtab, *this_module, *kflagstab, *ksymtab;
};

static const char *find_sections(struct reader *r, struct sections *s)
{
	const struct {
		const char *name;
		Elf_Scn **scn;
	} wanted[] = {
		{ ".modinfo", &s->modinfo },
		{ ".gnu.linkonce.this_module", &s->this_module },
		{ "__kflagstab", &s->kflagstab },
		{ "__ksymtab", &s->ksymtab },
	};
	Elf_Scn *scn = NULL;
	const char *name;
	size_t shstrndx;
	unsigned int i;
	GElf_Shdr sh;

	if (elf_getshdrstrndx(r->elf, &shstrndx))
		return elf_errmsg(-1);
	while ((scn = elf_nextscn(r->elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			return elf_errmsg(-1);
		if (sh.sh_type == SHT_SYMTAB) {
			if (s->symtab)
				return "two symbol tables";
			s->symtab = scn;
			continue;
		}
		name = elf_strptr(r->elf, shstrndx, sh.sh_name);
		if (!name)
			return "a section has no name";
		for (i = 0; i < ARRAY_SIZE(wanted); i++) {
			if (strcmp(name, wanted[i].name))
				continue;
			/* The loader takes the first, modpost makes just one. */
			if (*wanted[i].scn || sh.sh_type != SHT_PROGBITS) {
				snprintf(r->message, sizeof(r->message),
					 "section %s is there twice, or empty",
					 name);
				return r->message;
			}
			*wanted[i].scn = scn;
		}
	}
	return s->symtab ? NULL : "no symbol table";
}

/* The bytes of a section; all of them, or NULL. */
static Elf_Data *section_data(Elf_Scn *scn)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Shdr sh;

	if (!data || !data->d_buf || !gelf_getshdr(scn, &sh) ||
	    data->d_size != sh.sh_size)
		return NULL;
	return data;
}

static const char *read_modinfo(Elf_Scn *scn, struct module_file *file)
{
	Elf_Data *data = section_data(scn);
	const char *pos, *end;

	if (!data)
		return ".modinfo is truncated";
	pos = data->d_buf;
	end = pos + data->d_size;
	if (end[-1])
		return ".modinfo does not end with a NUL";
	for (; pos < end; pos += strlen(pos) + 1) {
		if (!strncmp(pos, "name=", 5) && !file->name)
			file->name = pos + 5;
		else if (!strncmp(pos, "license=", 8) && !file->license)
			file->license = pos + 8;
		else if (!strncmp(pos, "vermagic=", 9) && !file->vermagic)
			file->vermagic = pos + 9;
		else if (!strncmp(pos, "intree=", 7))
			file->is_intree = true;
		else if (!strncmp(pos, "userspace=", 10))
			file->is_declared = true;
		if (!strcmp(pos, "userspace=none known"))
			file->is_none_known = true;
	}
	return NULL;
}

/*
 * The class of an export is the byte that __flags_<name> labels; this holds for
 * modules and for vmlinux, and does not need the order of the table.
 */
static const char *read_symbols(struct reader *r, const struct sections *s,
				struct module_file *file)
{
	Elf_Data *flags = NULL, *symbols, *strings;
	GElf_Shdr sh, flags_sh = { };
	size_t nr, i, labels = 0;
	size_t flags_ndx = 0;
	const char *name, *names;
	GElf_Ehdr eh;
	GElf_Sym sym;
	Elf_Scn *scn;

	if (s->kflagstab) {
		flags = section_data(s->kflagstab);
		if (!flags || !gelf_getshdr(s->kflagstab, &flags_sh))
			return "__kflagstab is truncated";
		/* As fits_exports() in kernel/module/main.c */
		if (!file->is_vmlinux &&
		    (flags_sh.sh_flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR)) != SHF_ALLOC)
			return "__kflagstab is not read-only data";
		flags_ndx = elf_ndxscn(s->kflagstab);
		file->has_flags = true;
	}
	if (!gelf_getehdr(r->elf, &eh) || !gelf_getshdr(s->symtab, &sh))
		return elf_errmsg(-1);
	symbols = section_data(s->symtab);
	scn = elf_getscn(r->elf, sh.sh_link);
	strings = scn ? section_data(scn) : NULL;
	if (!symbols || !strings)
		return "the symbol table is truncated";
	names = strings->d_buf;
	if (names[strings->d_size - 1])
		return "the names of the symbols do not end with a NUL";

	nr = symbols->d_size / gelf_fsize(r->elf, ELF_T_SYM, 1, EV_CURRENT);
	for (i = 1; i < nr; i++) {
		if (!gelf_getsym(symbols, i, &sym))
			return elf_errmsg(-1);
		if (sym.st_name >= strings->d_size)
			return "a symbol's name is outside of the file";
		name = names + sym.st_name;
		if (sym.st_shndx == SHN_UNDEF) {
			/* ELFv1 of ppc64 calls .foo what is exported as foo */
			if (eh.e_machine == EM_PPC64 && *name == '.')
				name++;
			if (*name && !file->is_vmlinux &&
			    !add_name(&r->imports, name,
				      GELF_ST_BIND(sym.st_info) == STB_WEAK))
				return no_memory;
		} else if (!strncmp(name, "__ksymtab_", 10)) {
			if (!add_name(&r->exports, name + 10, false))
				return no_memory;
		} else if (flags && sym.st_shndx == flags_ndx &&
			   !strncmp(name, "__flags_", 8)) {
			sym.st_value -= flags_sh.sh_addr;
			if (sym.st_value >= flags->d_size)
				return "__kflagstab is too short";
			labels++;
			if (((char *)flags->d_buf)[sym.st_value] &
			    KSYM_FLAG_USERSPACE &&
			    !add_name(&r->gated, name + 8, false))
				return no_memory;
		}
	}
	/* strip --strip-unneeded removes them; then the names are not known. */
	if (flags ? labels != flags->d_size || labels != r->exports.nr :
		    s->ksymtab && !r->exports.nr)
		return "the labels of its exports have been stripped, or lie";
	return NULL;
}

static const char *read_elf(struct reader *r, struct module_file *file)
{
	struct sections s = { };
	const char *why;
	GElf_Ehdr eh;

	if (elf_kind(r->elf) != ELF_K_ELF || !gelf_getehdr(r->elf, &eh))
		return "no ELF file that can be read";
	why = find_sections(r, &s);
	if (why)
		return why;
	if (eh.e_type == ET_REL) {
		if (!s.modinfo)
			return "an object file, but no module";
		file->is_object = !s.this_module;
		why = read_modinfo(s.modinfo, file);
		if (why)
			return why;
	} else {
		if (!s.kflagstab && !s.ksymtab)
			return "an ELF file, but neither a module nor vmlinux";
		file->is_vmlinux = true;
	}
	return read_symbols(r, &s, file);
}

const char *read_module(struct reader *r, int fd, struct module_file *file)
{
	const char *why;

	elf_end(r->elf);
	r->elf = NULL;
	r->size = 0;
	r->imports.nr = 0;
	r->exports.nr = 0;
	r->gated.nr = 0;
	if (r->alloc > KEEP_BUFFER) {
		free(r->buf);
		r->buf = NULL;
		r->alloc = 0;
	}

	*file = (struct module_file){ };
	why = open_module(r, fd);
	if (!why)
		why = read_elf(r, file);
	file->imports = r->imports;
	file->exports = r->exports;
	file->gated = r->gated;
	return why;
}
