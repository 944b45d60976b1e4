@echo off
rem Installs the GAN lessons from this folder, without a network: install.bat [FOLDER]
setlocal
if not exist "%~dp0install.py" (
    echo This folder is not whole: install.py is missing. Copy the whole folder again, and run this again.
    goto end
)
for %%p in (@LAUNCHERS@ "python" "python3") do (
    %%~p "%~dp0install.py" --fits >nul 2>nul && (
        set "found=%%~p"
        goto install
    )
)
echo No Python is found that can install these lessons. They need Python @PYTHONS@ (64 bits) on @PLATFORMS@.
echo Install one of these, and run this again.
set status=2
goto end
:install
%found% "%~dp0install.py" %*
set status=%errorlevel%
:end
pause
exit /b %status%
