# Flags that every target shares. No -march here: Eigen types cross library borders, and mixed
# architecture flags corrupt the heap; only the kernels, which use plain pointers, get their own.
add_library(mho_options INTERFACE)
target_compile_features(mho_options INTERFACE cxx_std_20)
# -Wrestrict: GCC 12 warns of "text" + std::string (its bug 105651).
target_compile_options(mho_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-psabi
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_definitions(mho_options INTERFACE EIGEN_MPL2_ONLY EIGEN_DONT_PARALLELIZE)
if(MHO_WERROR)
  target_compile_options(mho_options INTERFACE -Werror)
endif()
if(MHO_SANITIZE)
  target_compile_options(mho_options INTERFACE -fsanitize=${MHO_SANITIZE} -fno-omit-frame-pointer
                                               -fno-sanitize-recover=all)
  target_link_options(mho_options INTERFACE -fsanitize=${MHO_SANITIZE})
endif()
if(MHO_BUILD_FUZZ)
  target_compile_options(mho_options INTERFACE -fsanitize=fuzzer-no-link)  # coverage leads libFuzzer
endif()

# mho_library(name folder... LINK targets PRIVATE_LINK targets): every .cpp of the folders.
function(mho_library name)
  cmake_parse_arguments(ARG "" "" "LINK;PRIVATE_LINK" ${ARGN})
  set(sources)
  foreach(folder IN LISTS ARG_UNPARSED_ARGUMENTS)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  add_library(mho_${name} STATIC ${sources})
  add_library(mho::${name} ALIAS mho_${name})
  target_include_directories(mho_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(mho_${name} PUBLIC Eigen3::Eigen ${ARG_LINK}
                                    PRIVATE mho_options Threads::Threads ${ARG_PRIVATE_LINK})
endfunction()

# mho_embed(name folder ending source): the JSON files of `folder` travel inside the library, in the map of `source`.in, by
# their names up to the first dot with `ending`.
function(mho_embed name folder ending source)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.json)
  foreach(file IN LISTS files)
    file(READ ${file} text)
    get_filename_component(key ${file} NAME_WE)
    string(APPEND MHO_EMBEDDED "      {\"${key}${ending}\", R\"embedded(${text})embedded\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  get_filename_component(made ${source} NAME)
  configure_file(${source}.in ${PROJECT_BINARY_DIR}/generated/${made} @ONLY)
  target_sources(mho_${name} PRIVATE ${PROJECT_BINARY_DIR}/generated/${made})
endfunction()

# Vector code is compiled once for each instruction set and chosen at run time.
function(mho_vector_flags target stem)
  set(common -O3 -fno-math-errno -fno-trapping-math)
  set(portable_flags ${common})
  set(avx2_flags ${common} -ffp-contract=fast -mavx2 -mfma)
  set(avx512_flags ${common} -ffp-contract=fast -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma
                   -mprefer-vector-width=512)
  set(avx512bf16_flags ${avx512_flags} -mavx512bf16)
  foreach(set portable avx2 avx512 avx512bf16)
    if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${stem}_${set}.cpp)
      continue()
    endif()
    if(set STREQUAL "portable" OR CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
      set_source_files_properties(${PROJECT_SOURCE_DIR}/${stem}_${set}.cpp TARGET_DIRECTORY ${target}
                                  PROPERTIES COMPILE_OPTIONS "${${set}_flags}")
    endif()
  endforeach()
endfunction()
